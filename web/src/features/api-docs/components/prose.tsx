import { cn } from "@/lib/cn";

/** The little Markdown that the document's descriptions use: paragraphs, lists, code. */
export function Prose({ text, className }: { readonly text: string; readonly className?: string }) {
  if (text === "") return null;
  return (
    <div className={cn("grid gap-2 break-words text-muted-foreground", className)}>
      {text.split(/\n{2,}/).map((block) =>
        /^\s*- /.test(block) ? (
          <ul key={block} className="ml-5 grid list-disc gap-1">
            {block.split(/\n(?=\s*- )/).map((line) => (
              <li key={line}>
                <Inline text={line.replace(/^\s*- /, "")} />
              </li>
            ))}
          </ul>
        ) : (
          <p key={block}>
            <Inline text={block} />
          </p>
        ),
      )}
    </div>
  );
}

function Inline({ text }: { readonly text: string }) {
  // What stands at odd places was between backticks; the parts have no other name than their place.
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? (
      <code key={`${String(index)} ${part}`} className="rounded-sm bg-muted px-1 py-px text-[0.8125rem] text-foreground">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
