import { Button } from "./ui/button";

interface PagesNavProps {
  readonly page: number;
  readonly pages: number;
  /** `500 cameras` */
  readonly total: string;
  onPage(page: number): void;
}

/** Back and forth in a list that does not fit one page; shows nothing for one that does. */
export function PagesNav({ page, pages, total, onPage }: PagesNavProps) {
  if (pages <= 1) return null;
  return (
    <nav aria-label="Pages of the list" className="flex items-center justify-between gap-3">
      <p className="text-sm text-muted-foreground">
        Page {page} of {pages}, {total}
      </p>
      <div className="flex gap-2">
        <Button variant="outline" size="sm" disabled={page <= 1} onClick={() => onPage(page - 1)}>
          Back
        </Button>
        <Button variant="outline" size="sm" disabled={page >= pages} onClick={() => onPage(page + 1)}>
          Next
        </Button>
      </div>
    </nav>
  );
}
