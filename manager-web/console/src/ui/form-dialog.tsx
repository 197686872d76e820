import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader, type ModalProps } from '@patternfly/react-core';
import { type FormEvent, type ReactNode, useCallback, useId, useState } from 'react';
import { Confirm } from './act';
import { FormProblem } from './form';
import { type Send, useSend } from './send';

/**
 * A form over the page. It stays open, with what was typed, until the manager has taken it; what the manager finds wrong
 * stands at the fields whose pointers are named, and the rest below them.
 */
export function FormDialog({
  title,
  description,
  action,
  variant = 'small',
  danger = false,
  incomplete = false,
  send,
  pointers = [],
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  description?: string;
  /** What the button that sends it says. */
  action: string;
  variant?: ModalProps['variant'];
  danger?: boolean;
  /** Something without which it cannot be sent is missing. */
  incomplete?: boolean;
  send: Pick<Send<never, unknown>, 'sending' | 'problem'>;
  pointers?: readonly string[];
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!incomplete) {
      onSubmit();
    }
  };
  return (
    <Modal isOpen variant={variant} aria-labelledby={`${id}-title`} onClose={onClose}>
      <ModalHeader
        title={title}
        labelId={`${id}-title`}
        {...(description === undefined ? {} : { description })}
        {...(danger ? { titleIconVariant: 'warning' as const } : {})}
      />
      <ModalBody>
        <Form id={`${id}-form`} onSubmit={submit}>
          {children}
          <FormProblem problem={send.problem} pointers={pointers} onReload={onClose} />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={`${id}-form`} variant={danger ? 'danger' : 'primary'} isLoading={send.sending} isDisabled={incomplete}>
          {action}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** Something that is done to one of a list's things, once somebody has said yes. */
export interface Asking<T> {
  about: T | undefined;
  ask: (about: T) => void;
  close: () => void;
  send: { go: () => void } & Pick<Send<never, unknown>, 'sending' | 'problem'>;
}

export function useAsking<T, R>(call: (about: T, idempotencyKey: string) => Promise<R>, topics: readonly string[], onDone?: (result: R, about: T) => void): Asking<T> {
  const [about, setAbout] = useState<T>();
  const { send, sending, problem, reset } = useSend(call, {
    topics,
    onDone: (result, done) => {
      setAbout(undefined);
      onDone?.(result, done);
    },
  });
  const close = useCallback(() => {
    reset();
    setAbout(undefined);
  }, [reset]);
  return {
    about,
    ask: setAbout,
    close,
    send: {
      go: () => {
        if (about !== undefined) {
          send(about);
        }
      },
      sending,
      problem,
    },
  };
}

/** Asks whether something shall go for good. */
export function Removal<T>({ asking, verb = 'Delete', name, children }: { asking: Asking<T>; verb?: string; name: (about: T) => string; children: (about: T) => ReactNode }) {
  const { about } = asking;
  if (about === undefined) {
    return null;
  }
  return (
    <Confirm title={`${verb} ${name(about)}?`} action={verb} danger send={asking.send} onClose={asking.close}>
      {children(about)}
    </Confirm>
  );
}
