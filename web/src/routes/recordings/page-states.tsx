import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";

export function Loading() {
  return (
    <Card role="status" aria-label="Loading the cameras" className="divide-y">
      {["a", "b", "c", "d"].map((key) => (
        <div key={key} className="grid gap-3 p-3 md:grid-cols-[16rem_1fr]">
          <div className="space-y-2">
            <Skeleton className="h-4 w-32" />
            <Skeleton className="h-3 w-44" />
          </div>
          <Skeleton className="h-9" />
        </div>
      ))}
    </Card>
  );
}
