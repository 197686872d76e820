import { Button, Form, FormSelect, FormSelectOption, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answer, api, type Schemas } from '../api/client';
import { Asked, Empty } from '../ui/faces';
import { FormProblem, TextField } from '../ui/form';
import { useSend } from '../ui/send';

export function NewChannelDialog({ onClose }: { onClose: () => void }) {
  const [family, setFamily] = useState('');
  const [name, setName] = useState('');
  const send = useSend(
    (body: Schemas['NewChannel'], key) =>
      answer(api.POST('/api/v1/channels', { params: { header: { 'Idempotency-Key': key } }, body })),
    { topics: ['campaigns'], onDone: onClose },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.send({ family: family.trim(), name: name.trim() });
  };
  return (
    <Modal isOpen variant="small" aria-labelledby="new-channel" onClose={onClose}>
      <ModalHeader title="Add a channel" labelId="new-channel" />
      <ModalBody>
        <Form id="new-channel-form" onSubmit={submit}>
          <TextField label="Family" pointer="/family" problem={send.problem} value={family} onChange={setFamily} required />
          <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required help="Such as stable, or canary." />
          <FormProblem problem={send.problem} pointers={['/family', '/name']} />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="new-channel-form" variant="primary" isLoading={send.sending}>
          Add
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}

export function Promote({ channel, onClose }: { channel: Schemas['Channel']; onClose: () => void }) {
  const [imageId, setImageId] = useState(channel.imageId ?? '');
  const images = useQuery({
    queryKey: ['campaigns', 'images', 'published', channel.family],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/images', {
          params: { query: { filter: `family==${channel.family};state==PUBLISHED`, sort: '-createdAt', limit: 100 } },
          signal,
        }),
      ),
  });
  const send = useSend(
    (body: Schemas['Promotion'], key) =>
      answer(
        api.POST('/api/v1/channels/{id}:promote', {
          params: { path: { id: channel.id }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    { topics: ['campaigns'], onDone: onClose },
  );
  return (
    <Modal isOpen variant="small" aria-labelledby="promote" onClose={onClose}>
      <ModalHeader title={`Promote to ${channel.family}/${channel.name}`} labelId="promote" />
      <ModalBody>
        <Asked query={images} rows={1}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No published image of this family">Publish one first.</Empty>
            ) : (
              <FormSelect aria-label="Image" value={imageId} onChange={(_, value) => setImageId(value)}>
                <FormSelectOption value="" label="Choose an image" isPlaceholder />
                {items.map((image) => (
                  <FormSelectOption key={image.id} value={image.id} label={`${image.version} (${image.architecture}, release ${image.releaseCounter})`} />
                ))}
              </FormSelect>
            )
          }
        </Asked>
        <FormProblem problem={send.problem} />
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" isDisabled={imageId === ''} isLoading={send.sending} onClick={() => send.send({ imageId })}>
          Promote
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
