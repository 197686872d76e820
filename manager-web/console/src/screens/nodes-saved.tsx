import { Button, Dropdown, DropdownItem, DropdownList, MenuToggle, TextInput } from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';

interface SavedFilter {
  name: string;
  filter: string;
}

const KEY = 'filters.nodes';
const GIVEN: readonly SavedFilter[] = [
  { name: 'Under way', filter: 'updateState=in=(DOWNLOADING,INSTALLING,REBOOTING,TRIAL)' },
  { name: 'Waiting to be let in', filter: 'state==PENDING' },
  { name: 'Quarantined', filter: 'state==QUARANTINED' },
];

function kept(): SavedFilter[] {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(parsed) ? parsed.filter((each): each is SavedFilter => typeof each?.name === 'string' && typeof each?.filter === 'string') : [];
  } catch {
    return [];
  }
}

/** Filters by name: some that everybody needs, and one's own, kept in this browser. */
export function SavedFilters({ filter, onChoose }: { filter: string; onChoose: (filter: string) => void }) {
  const [open, setOpen] = useState(false);
  const [own, setOwn] = useState(kept);
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const keep = (filters: SavedFilter[]) => {
    localStorage.setItem(KEY, JSON.stringify(filters));
    setOwn(filters);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') {
      keep([...own.filter((each) => each.name !== name.trim()), { name: name.trim(), filter }]);
      setNaming(false);
      setName('');
    }
  };
  return (
    <>
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        toggle={(ref) => (
          <MenuToggle ref={ref} variant="plainText" isExpanded={open} onClick={() => setOpen(!open)}>
            Saved filters
          </MenuToggle>
        )}
      >
        <DropdownList>
          {[...GIVEN, ...own].map((each) => (
            <DropdownItem
              key={each.name}
              description={each.filter}
              onClick={() => {
                onChoose(each.filter);
                setOpen(false);
              }}
            >
              {each.name}
            </DropdownItem>
          ))}
        </DropdownList>
      </Dropdown>
      {filter !== '' && !naming && (
        <Button variant="link" onClick={() => setNaming(true)}>
          Save this filter
        </Button>
      )}
      {own.some((each) => each.filter === filter) && (
        <Button variant="link" onClick={() => keep(own.filter((each) => each.filter !== filter))}>
          Forget this filter
        </Button>
      )}
      {naming && (
        <form className="mm-row" onSubmit={submit} aria-label="Save this filter">
          <TextInput aria-label="Name of the filter" value={name} onChange={(_, value) => setName(value)} />
          <Button type="submit" variant="secondary">
            Save
          </Button>
          <Button variant="link" onClick={() => setNaming(false)}>
            Cancel
          </Button>
        </form>
      )}
    </>
  );
}
