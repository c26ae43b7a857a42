import { Link } from "@tanstack/react-router";
import { Pencil, Trash2 } from "lucide-react";
import { Card } from "@/components/ui/card";
import { IconButton } from "@/components/icon-button";
import type { CameraGroup } from "@/lib/api/types";

interface GroupListProps {
  readonly groups: readonly CameraGroup[];
  readonly mayChange: boolean;
  onEdit(group: CameraGroup): void;
  onDelete(group: CameraGroup): void;
}

export function GroupList({ groups, mayChange, onEdit, onDelete }: GroupListProps) {
  return (
    <Card>
      <ul aria-label="Groups" className="divide-y">
        {groups.map((group) => (
          <li key={group.id} data-testid="group" data-group={group.name} className="flex items-center gap-3 px-3 py-2.5 sm:px-4">
            <div className="min-w-0 flex-1">
              <Link
                to="/cameras"
                search={{ group: group.id }}
                aria-label={`Cameras of ${group.name}`}
                className="inline-block max-w-full min-w-11 truncate rounded-sm align-bottom touch:py-3 touch:leading-5 font-medium outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring"
              >
                {group.name}
              </Link>
              {group.description && <p className="line-clamp-2 text-xs break-words text-muted-foreground">{group.description}</p>}
            </div>
            {mayChange && (
              <>
                <IconButton label={`Edit ${group.name}`} onClick={() => onEdit(group)}>
                  <Pencil aria-hidden />
                </IconButton>
                <IconButton label={`Delete ${group.name}`} onClick={() => onDelete(group)}>
                  <Trash2 aria-hidden />
                </IconButton>
              </>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
