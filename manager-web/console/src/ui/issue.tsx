import { Button, type ButtonProps, ClipboardCopy, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type ReactNode, useState } from 'react';
import { ReasonedButton } from './act';

/** A secret that is shown this once. */
export function ShownOnce({ title, secret, onClose }: { title: string; secret: string; onClose: () => void }) {
  return (
    <Modal isOpen variant="medium" aria-labelledby="shown-once">
      <ModalHeader title={title} labelId="shown-once" description="It is shown this once, and stored nowhere. Keep it now." />
      <ModalBody>
        <ClipboardCopy isReadOnly hoverTip="Copy" clickTip="Copied" textAriaLabel="Secret">
          {secret}
        </ClipboardCopy>
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onClose}>
          I have kept it
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** A button that makes a secret: a dialog asks for what, and the secret is shown this once. */
export function Issue({
  action,
  title,
  reason,
  variant = 'primary',
  dialog,
}: {
  /** What the button says. */
  action: string;
  /** What the secret is. */
  title: string;
  reason: string | undefined;
  variant?: ButtonProps['variant'];
  dialog: (onClose: () => void, onDone: (secret: string) => void) => ReactNode;
}) {
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <div>
      <ReasonedButton variant={variant} reason={reason} onClick={() => setAsking(true)}>
        {action}
      </ReasonedButton>
      {asking &&
        dialog(
          () => setAsking(false),
          (made) => {
            setAsking(false);
            setSecret(made);
          },
        )}
      {secret !== undefined && <ShownOnce title={title} secret={secret} onClose={() => setSecret(undefined)} />}
    </div>
  );
}
