import { type RegionPack, regionPack } from '../../src/policy/region.ts';

/** A region pack of the product. */
export function packOf(name: string): RegionPack {
  const pack = regionPack(name);
  if (!pack.ok) throw new Error(`no pack ${name}`);
  return pack.value;
}
