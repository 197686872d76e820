import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, Progress, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useRef, useState } from 'react';
import { answer, api, type Schemas } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import { uploadImage } from '../api/upload';
import { FormProblem, TextField } from '../ui/form';
import { IdempotencyKeys } from '../ui/send';
import { formatBytes } from '../ui/words';

type Way = 'upload' | 'address';

const POINTERS = ['/family', '/version', '/releaseCounter', '/architecture', '/hardware', '/url', '/sha256', '/sizeBytes'];

/** An image by its bytes, or by where nodes find it. Either way it is a draft at first. */
export function AddImage({ onClose, onDone }: { onClose: () => void; onDone: (image: Schemas['Image']) => void }) {
  const [way, setWay] = useState<Way>('upload');
  const [family, setFamily] = useState('');
  const [version, setVersion] = useState('');
  const [releaseCounter, setReleaseCounter] = useState('');
  const [architecture, setArchitecture] = useState('x86_64');
  const [hardware, setHardware] = useState('');
  const [url, setUrl] = useState('');
  const [sha256, setSha256] = useState('');
  const [size, setSize] = useState('');
  const [file, setFile] = useState<File>();
  const [share, setShare] = useState<number>();
  const [problem, setProblem] = useState<Problem>();
  const [missing, setMissing] = useState(false);
  const abort = useRef<AbortController>(undefined);
  const keys = useRef(new IdempotencyKeys());
  const fileId = useId();
  const queries = useQueryClient();

  const names = hardware
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

  const send = async (): Promise<Schemas['Image']> => {
    if (way === 'upload' && file !== undefined) {
      abort.current = new AbortController();
      return await uploadImage({ family, version, releaseCounter, architecture, hardware: names }, file, setShare, abort.current.signal);
    }
    const body: Schemas['NewImage'] = {
      family,
      version,
      architecture,
      hardware: names,
      url,
      sha256,
      ...(releaseCounter === '' ? {} : { releaseCounter: Number(releaseCounter) }),
      ...(size === '' ? {} : { sizeBytes: Number(size) }),
    };
    const made = await answer(
      api.POST('/api/v1/images', { params: { header: { 'Idempotency-Key': keys.current.keyFor(JSON.stringify(body)) } }, body }),
    );
    return made as Schemas['Image'];
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (share !== undefined) {
      return;
    }
    setMissing(way === 'upload' && file === undefined);
    if (way === 'upload' && file === undefined) {
      return;
    }
    setProblem(undefined);
    setShare(0);
    try {
      const image = await send();
      await queries.invalidateQueries({ queryKey: ['campaigns', 'images'] });
      onDone(image);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setShare(undefined);
    }
  };

  const close = () => {
    abort.current?.abort();
    onClose();
  };

  return (
    <Modal isOpen variant="medium" aria-labelledby="add-image" onClose={close}>
      <ModalHeader title="Add an image" labelId="add-image" description="It stays a draft, which no node gets, until it is published." />
      <ModalBody>
        <Form id="add-image-form" onSubmit={(event) => void submit(event)}>
          <ToggleGroup aria-label="Where its bytes come from">
            <ToggleGroupItem text="Upload a file" isSelected={way === 'upload'} onChange={() => setWay('upload')} />
            <ToggleGroupItem text="By address" isSelected={way === 'address'} onChange={() => setWay('address')} />
          </ToggleGroup>
          {way === 'upload' ? (
            <FormGroup label="File" fieldId={fileId} isRequired>
              <input
                id={fileId}
                type="file"
                onChange={(event) => {
                  setFile(event.target.files?.[0]);
                  setMissing(false);
                }}
                aria-describedby={missing ? `${fileId}-missing` : undefined}
              />
              {file !== undefined && <span className="mm-subtle"> {formatBytes(file.size)}</span>}
              {missing && (
                <p id={`${fileId}-missing`} className="mm-wrong" role="alert">
                  Choose the file of the image.
                </p>
              )}
            </FormGroup>
          ) : (
            <>
              <TextField label="Address" pointer="/url" type="url" problem={problem} value={url} onChange={setUrl} required help="http or https; nodes fetch it from there." />
              <TextField label="SHA-256" pointer="/sha256" problem={problem} value={sha256} onChange={setSha256} required help="64 small hex digits." />
              <TextField label="Size in bytes" pointer="/sizeBytes" type="number" min={1} problem={problem} value={size} onChange={setSize} required />
            </>
          )}
          <div className="mm-two">
            <TextField label="Family" pointer="/family" problem={problem} value={family} onChange={setFamily} required help="Such as edge-base." />
            <TextField label="Version" pointer="/version" problem={problem} value={version} onChange={setVersion} required />
            <TextField
              label="Release counter"
              pointer="/releaseCounter"
              type="number"
              min={0}
              problem={problem}
              value={releaseCounter}
              onChange={setReleaseCounter}
              required
              help="Grows with each release of the family; a lower one is a downgrade."
            />
            <TextField label="Architecture" pointer="/architecture" problem={problem} value={architecture} onChange={setArchitecture} required />
          </div>
          <TextField label="Hardware" pointer="/hardware" problem={problem} value={hardware} onChange={setHardware} help="Names by comma; empty: all." />
          {way === 'upload' && share !== undefined && (
            <Progress value={Math.round(share * 100)} title={share < 1 ? 'Uploading' : 'Checking'} aria-label="Upload" />
          )}
          <FormProblem problem={problem} pointers={POINTERS} />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="add-image-form" variant="primary" isLoading={share !== undefined}>
          Add as a draft
        </Button>
        <Button variant="link" onClick={close}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
