import {
  Alert,
  Button,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  TextArea,
  TextInput,
} from '@patternfly/react-core';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { type ReactNode, useId } from 'react';
import type { Problem } from '../api/problem';

interface FieldProps {
  label: string;
  /** JSON pointer of what it becomes, by which the manager names it. */
  pointer: string;
  problem: Problem | undefined;
  help?: ReactNode;
  required?: boolean;
  /** What the form itself finds wrong, before anything is sent. */
  invalid?: string | undefined;
}

interface FieldIds {
  id: string;
  describedBy: string | undefined;
  wrong: string | undefined;
}

function useField({ pointer, problem, help, invalid }: FieldProps): FieldIds {
  const id = useId();
  const wrong = invalid ?? problem?.at(pointer);
  return { id, wrong, describedBy: wrong !== undefined || help !== undefined ? `${id}-help` : undefined };
}

function Field({ props, ids, children }: { props: FieldProps; ids: FieldIds; children: ReactNode }) {
  return (
    <FormGroup label={props.label} fieldId={ids.id} isRequired={props.required ?? false}>
      {children}
      {ids.describedBy !== undefined && (
        <FormHelperText>
          <HelperText id={ids.describedBy} {...(ids.wrong === undefined ? {} : { 'aria-live': 'polite' as const })}>
            {ids.wrong !== undefined ? (
              <HelperTextItem variant="error" icon={<ExclamationCircleIcon />}>
                {ids.wrong}
              </HelperTextItem>
            ) : (
              <HelperTextItem>{props.help}</HelperTextItem>
            )}
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}

export function TextField(
  props: FieldProps & {
    value: string;
    onChange: (value: string) => void;
    type?: 'text' | 'number' | 'password' | 'url' | 'datetime-local' | 'date' | 'time';
    placeholder?: string;
    autoComplete?: string;
    readOnly?: boolean;
    min?: number;
    max?: number;
    list?: string;
  },
) {
  const ids = useField(props);
  return (
    <Field props={props} ids={ids}>
      <TextInput
        id={ids.id}
        type={props.type ?? 'text'}
        value={props.value}
        onChange={(_, value) => props.onChange(value)}
        validated={ids.wrong === undefined ? 'default' : 'error'}
        aria-describedby={ids.describedBy}
        aria-invalid={ids.wrong !== undefined}
        isRequired={props.required ?? false}
        {...(props.placeholder === undefined ? {} : { placeholder: props.placeholder })}
        {...(props.readOnly === true ? { readOnlyVariant: 'default' as const } : {})}
        {...(props.min === undefined ? {} : { min: props.min })}
        {...(props.max === undefined ? {} : { max: props.max })}
        {...(props.list === undefined ? {} : { list: props.list })}
        autoComplete={props.autoComplete ?? 'off'}
      />
    </Field>
  );
}

export function AreaField(props: FieldProps & { value: string; onChange: (value: string) => void; rows?: number }) {
  const ids = useField(props);
  return (
    <Field props={props} ids={ids}>
      <TextArea
        id={ids.id}
        value={props.value}
        onChange={(_, value) => props.onChange(value)}
        rows={props.rows ?? 3}
        resizeOrientation="vertical"
        validated={ids.wrong === undefined ? 'default' : 'error'}
        aria-describedby={ids.describedBy}
        aria-invalid={ids.wrong !== undefined}
      />
    </Field>
  );
}

export function ChoiceField<T extends string>(
  props: FieldProps & { value: T; onChange: (value: T) => void; choices: readonly { value: T; label: string }[] },
) {
  const ids = useField(props);
  return (
    <Field props={props} ids={ids}>
      <FormSelect
        id={ids.id}
        value={props.value}
        onChange={(_, value) => {
          const choice = props.choices.find((each) => each.value === value);
          if (choice !== undefined) {
            props.onChange(choice.value);
          }
        }}
        validated={ids.wrong === undefined ? 'default' : 'error'}
        aria-describedby={ids.describedBy}
      >
        {props.choices.map((choice) => (
          <FormSelectOption key={choice.value} value={choice.value} label={choice.label} />
        ))}
      </FormSelect>
    </Field>
  );
}

/** What the manager finds wrong with a part of the form, at or below its pointer, and none of its fields shows. */
export function PartProblem({ problem, at, fields }: { problem: Problem | undefined; at: string; fields: readonly string[] }) {
  const rest = problem?.besides(fields).filter(({ pointer }) => pointer === at || pointer.startsWith(`${at}/`)) ?? [];
  return rest.length === 0 ? null : (
    <p className="mm-wrong" role="alert">
      {rest.map(({ detail }) => detail).join(' ')}
    </p>
  );
}

/** What the manager found wrong and no field shows. A conflict says that somebody else was faster. */
export function FormProblem({
  problem,
  pointers = [],
  onReload,
}: {
  problem: Problem | undefined;
  pointers?: readonly string[];
  onReload?: () => void;
}) {
  if (problem === undefined) {
    return null;
  }
  const rest = problem.besides(pointers);
  if (problem.errors.length > 0 && rest.length === 0) {
    return <Alert component="p" isInline isPlain variant="danger" title="Correct what is marked." role="alert" />;
  }
  const changed = problem.status === 412;
  return (
    <Alert component="p"
      isInline
      role="alert"
      variant={problem.isConflict ? 'warning' : 'danger'}
      title={changed ? 'Changed by somebody else in the meantime' : problem.title}
      actionLinks={
        problem.isConflict && onReload !== undefined ? (
          <Button variant="link" isInline onClick={onReload}>
            Reload and look
          </Button>
        ) : undefined
      }
    >
      {changed && <p>Nothing of yours was saved. Reload to see what it is now, then repeat your change.</p>}
      {!changed && problem.detail !== undefined && <p>{problem.detail}</p>}
      {rest.map((error) => (
        <p key={error.pointer}>
          <code>{error.pointer}</code> {error.detail}
        </p>
      ))}
      {!changed && problem.advice !== undefined && <p>{problem.advice}</p>}
      {problem.requestId !== undefined && problem.status >= 500 && <p>Request {problem.requestId}</p>}
    </Alert>
  );
}
