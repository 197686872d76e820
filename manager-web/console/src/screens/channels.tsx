import { FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../api/client';
import { Asked, Empty } from '../ui/faces';
import { TextField } from '../ui/form';
import { FormDialog } from '../ui/form-dialog';
import { useSend } from '../ui/send';

export function NewChannelDialog({ onClose }: { onClose: () => void }) {
  const [family, setFamily] = useState('');
  const [name, setName] = useState('');
  const send = useSend(
    (body: Schemas['NewChannel'], key) =>
      answer(api.POST('/api/v1/channels', { params: { header: { 'Idempotency-Key': key } }, body })),
    { topics: ['campaigns'], onDone: onClose },
  );
  const submit = () => {
    send.send({ family: family.trim(), name: name.trim() });
  };
  return (
    <FormDialog
      title="Add a channel"
      action="Add"
      send={send}
      pointers={['/family', '/name']}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField label="Family" pointer="/family" problem={send.problem} value={family} onChange={setFamily} required />
      <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required help="Such as stable, or canary." />
    </FormDialog>
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
    <FormDialog
      title={`Promote to ${channel.family}/${channel.name}`}
      action="Promote"
      incomplete={imageId === ''}
      send={send}
      onSubmit={() => send.send({ imageId })}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}
