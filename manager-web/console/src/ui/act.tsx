import { Button, type ButtonProps, Modal, ModalBody, ModalFooter, ModalHeader, TextInput, Tooltip } from '@patternfly/react-core';
import { type ReactNode, useId, useState } from 'react';
import type { Send } from './send';
import { FormProblem } from './form';
import { useSession } from '../api/session';

/** What a person may do; the API enforces it, the console says beforehand. */
export function useMay(): (permission: string) => boolean {
  const { permissions } = useSession();
  return (permission) => permissions.includes(permission);
}

/** Why something cannot be done now, or undefined if it can: a missing permission first, then the state of things. */
export function useReason(permission: string, otherwise?: string): string | undefined {
  const may = useMay();
  return may(permission) ? otherwise : `Needs the permission ${permission}.`;
}

/** A button that is there even where it does nothing now, and then says why, to the eye and to a screen reader. */
export function ReasonedButton({ reason, children, ...button }: ButtonProps & { reason: string | undefined }) {
  const id = useId();
  if (reason === undefined) {
    return <Button {...button}>{children}</Button>;
  }
  return (
    <Tooltip content={reason} aria="none">
      <>
        <Button {...button} isAriaDisabled aria-describedby={id} onClick={undefined}>
          {children}
        </Button>
        <span id={id} className="pf-v6-u-screen-reader">
          {reason}
        </span>
      </>
    </Tooltip>
  );
}

/** Asks before something that disturbs nodes; above a limit, with the number typed. */
export function Confirm({
  title,
  children,
  action,
  danger = false,
  typed,
  send,
  onClose,
}: {
  title: string;
  children: ReactNode;
  action: string;
  danger?: boolean;
  /** What has to be typed first. */
  typed?: string;
  send: { go: () => void } & Pick<Send<never, unknown>, 'sending' | 'problem'>;
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  const id = useId();
  const ready = typed === undefined || text === typed;
  return (
    <Modal isOpen onClose={onClose} variant="small" aria-labelledby={`${id}-title`} aria-describedby={`${id}-body`}>
      <ModalHeader title={title} labelId={`${id}-title`} {...(danger ? { titleIconVariant: 'warning' as const } : {})} />
      <ModalBody id={`${id}-body`}>
        {children}
        {typed !== undefined && (
          <div className="mm-typed">
            <label htmlFor={`${id}-typed`}>
              Type <strong>{typed}</strong> to go on
            </label>
            <TextInput id={`${id}-typed`} value={text} onChange={(_, value) => setText(value)} autoComplete="off" />
          </div>
        )}
        <FormProblem problem={send.problem} />
      </ModalBody>
      <ModalFooter>
        <Button
          variant={danger ? 'danger' : 'primary'}
          isDisabled={!ready}
          isLoading={send.sending}
          onClick={send.go}
        >
          {action}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
