import { X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { Input } from "@/components/ui/input";
import type { Described } from "./field";

interface TagInputProps {
  readonly described: Described;
  readonly tags: readonly string[];
  /** Offered while typing. */
  readonly known: readonly string[];
  onTags(tags: string[]): void;
}

/** Words that are typed one by one: each becomes a tag by the enter key or a comma, or when the field is left. */
export function TagInput({ described, tags, known, onTags }: TagInputProps) {
  const [typed, setTyped] = useState("");
  const list = useId();
  const take = (text: string) => {
    const words = text.split(",").map((word) => word.trim()).filter((word) => word !== "" && !tags.includes(word));
    setTyped("");
    if (words.length > 0) onTags([...tags, ...new Set(words)]);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter" && typed.trim() !== "") {
      // Or the whole form would be sent.
      event.preventDefault();
      take(typed);
    } else if (event.key === "Backspace" && typed === "" && tags.length > 0) {
      onTags(tags.slice(0, -1));
    }
  };
  return (
    <div className="grid gap-2">
      {tags.length > 0 && (
        <ul aria-label="Tags" className="flex flex-wrap gap-1.5">
          {tags.map((tag) => (
            <li key={tag} className="inline-flex max-w-full items-center rounded-md border bg-secondary text-xs font-medium">
              <span className="truncate py-1 pl-2">{tag}</span>
              <button
                type="button"
                aria-label={`Remove ${tag}`}
                onClick={() => onTags(tags.filter((one) => one !== tag))}
                className="flex size-6 shrink-0 touch:size-11 items-center justify-center rounded-md text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
              >
                <X className="size-3" aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Input
        {...described}
        list={list}
        autoComplete="off"
        maxLength={200}
        value={typed}
        onChange={(event) => (event.target.value.endsWith(",") ? take(event.target.value) : setTyped(event.target.value))}
        onKeyDown={onKeyDown}
        onBlur={() => take(typed)}
      />
      <datalist id={list}>
        {known.filter((tag) => !tags.includes(tag)).map((tag) => (
          <option key={tag} value={tag}>
            {tag}
          </option>
        ))}
      </datalist>
    </div>
  );
}
