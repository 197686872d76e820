import { Button, Label, LabelGroup, MenuToggle, Select, SelectList, SelectOption, TextInput } from '@patternfly/react-core';
import FilterIcon from '@patternfly/react-icons/dist/esm/icons/filter-icon';
import { type FormEvent, useEffect, useState } from 'react';
import type { Problem } from '../api/problem';
import { choose, chosen, read, write } from './rsql';


export interface Facet {
  field: string;
  title: string;
  choices: readonly { value: string; label: string }[];
}

/** One field with several values to choose from. */
function FacetSelect({ facet, filter, onChange }: { facet: Facet; filter: string; onChange: (filter: string) => void }) {
  const [open, setOpen] = useState(false);
  const values = chosen(filter, facet.field);
  const disabled = read(filter) === undefined;
  return (
    <Select
      role="menu"
      isOpen={open}
      onOpenChange={setOpen}
      selected={values}
      onSelect={(_, value) => {
        const text = String(value);
        onChange(choose(filter, facet.field, values.includes(text) ? values.filter((each) => each !== text) : [...values, text]));
      }}
      toggle={(ref) => (
        <MenuToggle ref={ref} isExpanded={open} isDisabled={disabled} onClick={() => setOpen(!open)} icon={<FilterIcon />}>
          {facet.title}
          {values.length > 0 && ` (${values.length})`}
        </MenuToggle>
      )}
    >
      <SelectList>
        {facet.choices.map((choice) => (
          <SelectOption key={choice.value} hasCheckbox value={choice.value} isSelected={values.includes(choice.value)}>
            {choice.label}
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}

/**
 * The filter of a list: facets for what is asked for often, chips for what holds, and the text itself, which can say
 * everything that the API can. What the manager says about the text is shown below it.
 */
export function FilterBar({
  filter,
  onChange,
  facets,
  problem,
  example,
}: {
  filter: string;
  onChange: (filter: string) => void;
  facets: readonly Facet[];
  problem?: Problem | undefined;
  example: string;
}) {
  const [text, setText] = useState(filter);
  useEffect(() => setText(filter), [filter]);
  const conditions = read(filter);
  const wrong = problem?.at('/filter') ?? (problem?.code === 'invalid-filter' ? problem.detail : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(text.trim());
  };
  return (
    <div className="mm-filter">
      <form className="mm-row" onSubmit={submit} role="search" aria-label="Filter">
        {facets.map((facet) => (
          <FacetSelect key={facet.field} facet={facet} filter={filter} onChange={onChange} />
        ))}
        <div className="mm-grow">
          <TextInput
            aria-label="Filter as text"
            placeholder={`Filter, such as ${example}`}
            value={text}
            onChange={(_, value) => setText(value)}
            validated={wrong === undefined ? 'default' : 'error'}
            aria-invalid={wrong !== undefined}
            aria-describedby={wrong === undefined ? undefined : 'filter-problem'}
            className="mm-mono"
            spellCheck={false}
            autoComplete="off"
          />
        </div>
        <Button type="submit" variant="secondary">
          Apply
        </Button>
      </form>
      {wrong !== undefined && (
        <p id="filter-problem" role="alert" className="mm-wrong">
          {wrong}
        </p>
      )}
      {conditions !== undefined && conditions.length > 0 && (
        <div className="mm-row">
          <LabelGroup categoryName="Holds" numLabels={8}>
            {conditions.map((condition, index) => (
              <Label
                key={`${condition.field}-${index}`}
                variant="outline"
                onClose={() => onChange(write(conditions.filter((_, other) => other !== index)))}
                closeBtnAriaLabel={`Take away ${condition.field}`}
              >
                {`${condition.field} ${WORDS[condition.operator] ?? condition.operator} ${condition.values.join(' or ')}`}
              </Label>
            ))}
          </LabelGroup>
          <Button variant="link" onClick={() => onChange('')}>
            Clear the filter
          </Button>
        </div>
      )}
    </div>
  );
}

const WORDS: Record<string, string> = {
  '==': 'is',
  '!=': 'is not',
  '=in=': 'is',
  '=out=': 'is not',
  '=gt=': 'after',
  '=ge=': 'from',
  '=lt=': 'before',
  '=le=': 'until',
};
