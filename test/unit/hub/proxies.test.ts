import { describe, expect, it } from 'vitest';
import { amongProxies, LOOPBACK_PROXIES, parseProxyNetwork } from '../../../src/hub/proxies.ts';

const networks = (...texts: string[]) =>
  texts.map((text) => {
    const read = parseProxyNetwork(text);
    if (!read.ok) throw new Error(`${text}: ${read.failure}`);
    return read.value;
  });

describe('proxies', () => {
  it.each([
    ['10.0.0.2', ['10.0.0.2', '::ffff:10.0.0.2'], ['10.0.0.3', '::ffff:10.0.0.3']],
    ['172.30.0.0/24', ['172.30.0.1', '::ffff:172.30.0.254'], ['172.30.1.1', '172.29.0.1']],
    ['fd00:1::/64', ['fd00:1::9', 'fd00:1:0:0:ffff::1%eth0'], ['fd00:1:0:1::9', '10.0.0.1']],
  ])('are those of %s, and nobody else', (named, inside, outside) => {
    const isProxy = amongProxies(networks(named));
    for (const address of inside) expect(isProxy(address), address).toBe(true);
    for (const address of [...outside, '', 'unknown', '::']) expect(isProxy(address), address).toBe(false);
  });

  it('are on this machine unless others are named', () => {
    const isProxy = amongProxies(LOOPBACK_PROXIES);
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
      expect(isProxy(address), address).toBe(true);
    for (const address of ['128.0.0.1', '::2', '10.0.0.1']) expect(isProxy(address), address).toBe(false);
  });

  it.each(['proxy', '10.0.0', '10.0.0.1/33', '::1/129', '10.0.0.1/', '1.2.3.4/8/8', ''])(
    'are not %s',
    (text) => {
      expect(parseProxyNetwork(text)).toEqual({ ok: false, failure: 'malformed' });
    },
  );

  it.each(['0.0.0.0/0', '10.0.0.0/7', '::/0', '2000::/3'])('are not %s, which holds strangers', (text) => {
    expect(parseProxyNetwork(text)).toEqual({ ok: false, failure: 'too-wide' });
  });
});
