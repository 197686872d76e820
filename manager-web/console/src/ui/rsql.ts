/** One condition of a filter, `state==ACTIVE`. */
export interface Condition {
  field: string;
  operator: string;
  values: string[];
}

const OPERATORS = ['==', '!=', '=in=', '=out=', '=gt=', '=ge=', '=lt=', '=le='] as const;
const PLAIN = /^[^\s"'();,=!~<>]+$/;

/** A value as RSQL wants it: quoted where it has to be. */
export function quoted(value: string): string {
  return PLAIN.test(value) ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export function write(conditions: readonly Condition[]): string {
  return conditions
    .map(({ field, operator, values }) =>
      operator === '=in=' || operator === '=out='
        ? `${field}${operator}(${values.map(quoted).join(',')})`
        : `${field}${operator}${quoted(values[0] ?? '')}`,
    )
    .join(';');
}

/**
 * The conditions of a filter that is nothing but conditions joined by and; undefined for anything else, which is then shown
 * and edited as text.
 */
export function read(filter: string): Condition[] | undefined {
  const conditions: Condition[] = [];
  let at = 0;

  const value = (): string | undefined => {
    const quote = filter[at];
    if (quote === '"' || quote === "'") {
      let text = '';
      for (at += 1; at < filter.length; at += 1) {
        if (filter[at] === '\\') {
          at += 1;
          text += filter[at] ?? '';
        } else if (filter[at] === quote) {
          at += 1;
          return text;
        } else {
          text += filter[at];
        }
      }
      return undefined;
    }
    const found = /^[^\s"'();,=!~<>]+/.exec(filter.slice(at));
    at += found?.[0].length ?? 0;
    return found?.[0];
  };

  while (at < filter.length) {
    const field = /^[A-Za-z][\w.\-/]*/.exec(filter.slice(at))?.[0];
    if (field === undefined) {
      return undefined;
    }
    at += field.length;
    const operator = OPERATORS.find((each) => filter.startsWith(each, at));
    if (operator === undefined) {
      return undefined;
    }
    at += operator.length;
    const values: string[] = [];
    if (filter[at] === '(') {
      do {
        at += 1;
        const next = value();
        if (next === undefined) {
          return undefined;
        }
        values.push(next);
      } while (filter[at] === ',');
      if (filter[at] !== ')') {
        return undefined;
      }
      at += 1;
    } else {
      const next = value();
      if (next === undefined) {
        return undefined;
      }
      values.push(next);
    }
    conditions.push({ field, operator, values });
    if (at === filter.length) {
      break;
    }
    if (filter[at] !== ';' || at + 1 === filter.length) {
      return undefined;
    }
    at += 1;
  }
  return conditions;
}

/** The filter with one field's values chosen; no values take the condition away. */
export function choose(filter: string, field: string, values: readonly string[]): string {
  const conditions = (read(filter) ?? []).filter((condition) => condition.field !== field);
  if (values.length > 0) {
    conditions.push({ field, operator: values.length === 1 ? '==' : '=in=', values: [...values] });
  }
  return write(conditions);
}

export function chosen(filter: string, field: string): string[] {
  return (read(filter) ?? [])
    .filter((condition) => condition.field === field && (condition.operator === '==' || condition.operator === '=in='))
    .flatMap((condition) => condition.values);
}
