/** A Redis and its replica, which takes its place when it is killed and gets it for a replica when it is back. */
import { cutOff, followed, promote, type RedisServer, startRedis } from './redis.ts';

export interface RedisPair {
  /** For `STORE_URL`: whichever of them is the primary, and nothing is permitted that the other one does not know. */
  readonly url: string;
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  /** What is written from now on reaches the primary alone. */
  cutOff(): Promise<void>;
  /** The primary is killed, and the replica takes its place. */
  failOver(): Promise<void>;
  /** The one that was killed comes back, and follows the other. */
  heal(): Promise<void>;
  end(): Promise<void>;
}

export async function startPair(): Promise<RedisPair> {
  let primary = await startRedis();
  let replica = await startRedis({ replicaOf: primary });
  const url = `redis://127.0.0.1:${primary.port},127.0.0.1:${replica.port}?replicas=1`;
  return {
    url,
    get primary() {
      return primary;
    },
    get replica() {
      return replica;
    },
    cutOff: () => cutOff(replica),
    failOver: async () => {
      await primary.kill();
      await promote(replica);
      [primary, replica] = [replica, primary];
    },
    heal: async () => {
      await replica.restart();
      await replica.command('REPLICAOF', primary.host, String(primary.port));
      await followed(replica);
    },
    end: async () => {
      await replica.end();
      await primary.end();
    },
  };
}
