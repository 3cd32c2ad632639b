/** Every bench there is. A test holds this list to the folder. */

/** A program of `bench/`, as the runner knows it. */
export interface Listed {
  readonly name: string;
  readonly about: string;
  /** Takes minutes, or needs rights that not everybody has: only with `--all`, or by its name. */
  readonly isHeavy?: true;
  /** Words for its command line, where `npm run bench` wants it smaller than it is by itself. */
  readonly words?: readonly string[];
  /** Of node itself, such as `--expose-gc`. */
  readonly node?: readonly string[];
  /** Longer than this, minutes, it is ended and counts as failed. */
  readonly minutes?: number;
}

export const BENCHES: readonly Listed[] = [
  { name: 'store', about: 'what it costs that every record is checked when it is read' },
];

/** What a bench without a limit of its own may take, minutes. */
export const MINUTES = 5;
