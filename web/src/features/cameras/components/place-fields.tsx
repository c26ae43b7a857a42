import { useQuery } from "@tanstack/react-query";
import { Field } from "@/components/form/field";
import { TagInput } from "@/components/form/tag-input";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { groupsQuery } from "@/lib/api/groups";
import { tagsQuery } from "../api/manage";
import type { PartProps } from "./source-fields";

interface NameFieldProps extends Omit<PartProps, "onDraft"> {
  onName(name: string): void;
}

export function NameField({ draft, problem, onName }: NameFieldProps) {
  return (
    <Field label="Name" problem={problem("name")}>
      {(described) => (
        <Input {...described} name="camera-name" autoComplete="off" required maxLength={255} value={draft.name} onChange={(event) => onName(event.target.value)} />
      )}
    </Field>
  );
}

/** The group and the tags of a camera. */
export function SortingFields({ draft, problem, onDraft }: PartProps) {
  const groups = useQuery(groupsQuery).data ?? [];
  const tags = useQuery(tagsQuery).data ?? [];
  const isKnown = draft.group === "" || groups.some((group) => group.id === draft.group);
  return (
    <>
      <Field label="Group" hint="Accounts and tokens can be limited to groups." problem={problem("group_id")}>
        {(described) => (
          <NativeSelect {...described} value={draft.group} onChange={(event) => onDraft({ group: event.target.value })}>
            <option value="">None</option>
            {!isKnown && <option value={draft.group}>{draft.group}</option>}
            {groups.map((group) => (
              <option key={group.id} value={group.id}>
                {group.name}
              </option>
            ))}
          </NativeSelect>
        )}
      </Field>
      <Field label="Tags" hint="Words to find it by. Enter or a comma ends each." problem={problem("tags")}>
        {(described) => <TagInput described={described} tags={draft.tags} known={tags.map(({ tag }) => tag)} onTags={(next) => onDraft({ tags: next })} />}
      </Field>
    </>
  );
}
