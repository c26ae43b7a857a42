import { useCallback, useState } from "react";

/** Which of many elements are on the screen or close to it: rows far away ask the server nothing. */
export function useVisible(): [visible: ReadonlySet<string>, refFor: (id: string) => (element: HTMLElement | null) => (() => void) | undefined] {
  const [visible, setVisible] = useState<ReadonlySet<string>>(new Set());
  const [watcher] = useState(() => new Watcher(setVisible));
  return [visible, useCallback((id: string) => watcher.refFor(id), [watcher])];
}

class Watcher {
  private readonly ids = new Map<Element, string>();
  private readonly refs = new Map<string, (element: HTMLElement | null) => (() => void) | undefined>();
  private readonly visible = new Set<string>();
  private observer: IntersectionObserver | undefined;

  constructor(private readonly onChange: (visible: ReadonlySet<string>) => void) {}

  /** The same function for the same id, or React would take the element away and give it back at each render. */
  refFor(id: string) {
    const known = this.refs.get(id);
    if (known) return known;
    const ref = (element: HTMLElement | null) => (element ? this.watch(id, element) : undefined);
    this.refs.set(id, ref);
    return ref;
  }

  private watch(id: string, element: HTMLElement): () => void {
    this.ids.set(element, id);
    this.start().observe(element);
    return () => {
      this.ids.delete(element);
      this.observer?.unobserve(element);
      if (this.ids.size === 0) {
        this.observer?.disconnect();
        this.observer = undefined;
      }
      if (this.visible.delete(id)) this.onChange(new Set(this.visible));
    };
  }

  private start(): IntersectionObserver {
    this.observer ??= new IntersectionObserver((entries) => this.note(entries), { rootMargin: "300px" });
    return this.observer;
  }

  private note(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const id = this.ids.get(entry.target);
      if (id === undefined) continue;
      if (entry.isIntersecting) this.visible.add(id);
      else this.visible.delete(id);
    }
    this.onChange(new Set(this.visible));
  }
}
