import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTlsFiles, watchTlsFiles } from '../../../src/bot/server/tls-files.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/store.ts';
import { CERTIFICATE } from '../lan-agent/link-certificate.ts';
import { EXPIRED } from '../netns/certificates.ts';
import { type House, openHouse, pairedAgent, value } from './house.ts';
import { RSA } from './rsa-certificate.ts';

let house: House;
const sockets: TLSSocket[] = [];
beforeEach(async () => {
  house = await openHouse({ tls: RSA });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await house.close();
});

/** A TLS connection as somebody makes it; null when the hub speaks nothing the client does. */
async function dial(options: ConnectionOptions = {}): Promise<TLSSocket | null> {
  const port = Number(new URL(house.url).port);
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  sockets.push(socket);
  return Promise.race([
    once(socket, 'secureConnect').then(() => socket),
    once(socket, 'error').then(() => null),
  ]).catch(() => null);
}
const shown = async () => (await dial())?.getPeerX509Certificate()?.toString().trim();

describe('the hub’s TLS', () => {
  it('speaks ciphers with forward secrecy alone', async () => {
    const old = { maxVersion: 'TLSv1.2' as const };
    for (const ciphers of [
      'AES128-GCM-SHA256',
      'AES256-SHA256',
      'DHE-RSA-AES128-GCM-SHA256',
      'ECDHE-RSA-AES128-SHA256',
    ])
      expect(await dial({ ...old, ciphers }), ciphers).toBeNull();
    expect(
      (await dial({ ...old, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }))?.getEphemeralKeyInfo(),
    ).toMatchObject({
      type: 'ECDH',
    });
    expect((await dial())?.getProtocol()).toBe('TLSv1.3');
    const first = await dial(old);
    expect(first?.getSession() && first.getTLSTicket()).toBeUndefined();
  });

  it('shows a renewed certificate without a restart, and no broken or outdated one', async () => {
    const folder = await temporaryFolder();
    const lines: string[] = [];
    const log = createLog('info', 'bot', { write: (line: string) => void lines.push(line) });
    const files = { certFile: join(folder.path, 'cert.pem'), keyFile: join(folder.path, 'key.pem') };
    const write = async ({ cert, key }: typeof RSA) => {
      await writeFile(files.certFile, cert);
      await writeFile(files.keyFile, key);
    };
    const warned = (problem: string) => lines.filter((line) => line.includes(problem)).length;
    await write(RSA);
    const stop = watchTlsFiles(files, await value(readTlsFiles(files)), house.hub.useCertificate, log, 20);
    try {
      const agent = await pairedAgent(house);
      const held = agent.poll({ waitMs: 20_000 });
      held.catch(() => undefined);
      await eventually(async () => expect(await house.hub.directory.isOnline(agent.agentId)).toBe(true));

      await writeFile(files.certFile, CERTIFICATE.cert);
      await eventually(() => expect(warned('certificate and key do not fit')).toBeGreaterThan(0));
      expect(await shown()).toBe(RSA.cert.trim());
      await write({ ...CERTIFICATE, cert: 'no certificate' });
      await eventually(() => expect(warned('no certificate')).toBeGreaterThan(0));
      await write(EXPIRED);
      await eventually(() => expect(warned('out of its time')).toBeGreaterThan(1));
      expect(await shown()).toBe(RSA.cert.trim());

      await write(CERTIFICATE);
      await eventually(async () => expect(await shown()).toBe(CERTIFICATE.cert.trim()));
      expect(await dial({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' })).toBeNull();
      // Whoever was connected stays so.
      house.hub.directory.revoke(agent.agentId);
      expect((await held).status).toBe(410);
    } finally {
      await stop();
      await folder.remove();
    }
  });
});
