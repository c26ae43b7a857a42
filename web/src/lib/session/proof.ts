/** Proving again that it is you: requests wait for it, and one dialog asks. */

/** The server wants a proof of the last minutes, because a session may be in somebody else's hands. */
export const PROOF_REQUIRED = "AUTH_FRESH_PROOF_REQUIRED";

type Listener = () => void;

export class ProofRequests {
  #waiting: ((proven: boolean) => void)[] = [];
  readonly #listeners = new Set<Listener>();

  /** Asks the person; true once it is proven, false if they don't want to. Requests at the same time share one question. */
  readonly ask = (): Promise<boolean> =>
    new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#tell();
    });

  readonly answer = (proven: boolean): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#tell();
    for (const settle of waiting) settle(proven);
  };

  readonly isAsking = (): boolean => this.#waiting.length > 0;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Those of this tab. */
export const proofRequests = new ProofRequests();
