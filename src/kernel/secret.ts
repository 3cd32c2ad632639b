const HIDDEN = '[secret]';

/**
 * A value that must not be seen by accident: printing, logging, JSON or inspecting it shows `[secret]`.
 * Used for the verification code on a label, tokens and keys (design: secrets never appear in logs, errors, stores,
 * argv or test output).
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Every call is a place where a secret may leak: keep them few. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN;
  }
}
