import { describe, expect, it } from 'vitest';
import { parseRegionPack, regionPack } from '../../../src/policy/region.ts';

const faultsOf = (data: unknown) => {
  const parsed = parseRegionPack(data);
  return parsed.ok ? [] : parsed.failure.map(({ path }) => path);
};

const pack = (name: string) => {
  const found = regionPack(name);
  if (!found.ok) throw new Error(`no pack ${name}`);
  return found.value;
};

describe('regionPack', () => {
  it('says for Russia what the note says, and nothing more', () => {
    expect(pack('ru').serviceCentre).toEqual({
      email: 'support.ru@hikvision.com',
      postalAddress: null,
      form: null,
      asks: ['serial-as-text-first'],
    });
  });

  it('names no address where no source names one', () => {
    expect(pack('default').serviceCentre).toEqual({ email: null, postalAddress: null, form: null, asks: [] });
    expect(pack('default').advice).toContain('ask-distributor');
  });

  it('comes with packs that pass their own check', () => {
    for (const name of ['ru', 'default']) expect(faultsOf(pack(name))).toEqual([]);
  });

  it.each(['uk', '', 'constructor', '__proto__'])(
    'refuses the unknown region %j instead of guessing',
    (name) => {
      expect(regionPack(name)).toEqual({ ok: false, failure: 'unknown-region' });
    },
  );
});

describe('parseRegionPack', () => {
  const good = () => ({ ...pack('ru'), region: 'kz' });

  it('takes an operator’s own pack', () => {
    expect(parseRegionPack(good())).toEqual({ ok: true, value: good() });
  });

  it.each<[string, (data: ReturnType<typeof good>) => unknown]>([
    ['', () => 'a pack'],
    ['source', ({ source: _, ...rest }) => rest],
    ['checkedAt', (data) => ({ ...data, checkedAt: 'last year' })],
    [
      'serviceCentre.email',
      (data) => ({ ...data, serviceCentre: { ...data.serviceCentre, email: 'support' } }),
    ],
    [
      'serviceCentre.form',
      (data) => ({ ...data, serviceCentre: { ...data.serviceCentre, form: 'http://x.example' } }),
    ],
    ['serviceCentre.phone', (data) => ({ ...data, serviceCentre: { ...data.serviceCentre, phone: '1' } })],
    ['advice.0', (data) => ({ ...data, advice: ['shout'] })],
    ['adress', (data) => ({ ...data, adress: 'a typo' })],
  ])('names the faulty path %j', (path, spoil) => {
    expect(faultsOf(spoil(good()))).toEqual([path]);
  });

  it('is not poisoned by a prototype in the file', () => {
    const text = JSON.stringify(good()).replace('{', '{"__proto__":{"admin":true},');
    parseRegionPack(JSON.parse(text));
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});
