/** `1.2.3`, perhaps with a pre-release behind it (`1.2.3-beta.1`), as package.json has it. */
const VERSION = /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})(-[0-9A-Za-z.-]{1,40})?$/;

/**
 * Whether an agent's version is before another one: by its three numbers; a pre-release is before what it leads to, and of
 * two pre-releases nobody says which. False where either is no version: who cannot tell does not send people for another.
 */
export function isOlderVersion(version: string, than: string): boolean {
  const [own, other] = [VERSION.exec(version), VERSION.exec(than)];
  if (!own || !other) return false;
  for (const part of [1, 2, 3]) {
    const difference = Number(own[part]) - Number(other[part]);
    if (difference !== 0) return difference < 0;
  }
  return own[4] !== undefined && other[4] === undefined;
}
