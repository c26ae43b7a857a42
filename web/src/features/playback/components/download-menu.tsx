import { Download, Film, Scissors } from "lucide-react";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";

interface DownloadMenuProps {
  readonly disabled: boolean;
  onSegment(): void;
  onRange(): void;
}

export function DownloadMenu({ disabled, onSegment, onRange }: DownloadMenuProps) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="outline" size="sm" disabled={disabled}>
          <Download aria-hidden /> Download
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start">
        <DropdownMenuItem onSelect={onSegment}>
          <Film aria-hidden /> This segment (the stored file)
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={onRange}>
          <Scissors aria-hidden /> A range as one MP4
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
