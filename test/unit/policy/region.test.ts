import { describe, expect, it } from 'vitest';
import { parseRegionPack, REGIONS, regionPack } from '../../../src/policy/region.ts';
import { packOf } from '../../support/packs.ts';

const faultsOf = (data: unknown) => {
  const parsed = parseRegionPack(data);
  return parsed.ok ? [] : parsed.failure.map(({ path }) => path);
};

describe('regionPack', () => {
  it('says for Russia what the note says, and nothing more', () => {
    expect(packOf('ru').serviceCentre).toEqual({
      email: 'support.ru@hikvision.com',
      postalAddress: null,
      form: null,
      asks: ['serial-as-text-first'],
    });
  });

  it('names no address where no source names one', () => {
    expect(packOf('default').serviceCentre).toEqual({
      email: null,
      postalAddress: null,
      form: null,
      asks: [],
    });
    expect(packOf('default').advice).toContain('ask-distributor');
  });

  it('says of support for Russia alone, with the date of the note as it is printed', () => {
    expect(packOf('ru')).toMatchObject({
      says: ['support-does-not-unbind'],
      dated: '12/03/2023',
      confidence: 'H',
    });
    expect(packOf('default')).toMatchObject({ says: [], dated: null, lastWay: null });
    expect(JSON.stringify(packOf('ru'))).not.toMatch(/2023-\d\d/);
  });

  it('comes with packs that pass their own check, the one without an address first', () => {
    expect(REGIONS).toEqual(['default', 'ru']);
    // They are not checked at a start, nor is anything added to them: they say all of it themselves.
    for (const name of REGIONS)
      expect(parseRegionPack(packOf(name))).toEqual({ ok: true, value: packOf(name) });
  });

  it.each(['uk', '', 'constructor', '__proto__'])(
    'refuses the unknown region %j instead of guessing',
    (name) => {
      expect(regionPack(name)).toEqual({ ok: false, failure: 'unknown-region' });
    },
  );
});

describe('parseRegionPack', () => {
  const good = () => ({ ...packOf('ru'), region: 'kz', says: [] });

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
