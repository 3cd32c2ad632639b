/**
 * What is made when somebody asks for it first, and kept: a schema that a start does not need takes none of its time, nor does a regular
 * expression over letters of all alphabets, half a millisecond each (docs/decisions/0079). Where `make` throws, the next one to ask has it tried again.
 */
export function once<const T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
