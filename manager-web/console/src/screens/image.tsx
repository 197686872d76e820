import { Card, CardBody, CardTitle, Label, LabelGroup } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { answer, api, etag, type Schemas } from '../api/client';
import { Confirm, ReasonedButton, useReason } from '../ui/act';
import { Asked } from '../ui/faces';
import { Screen } from '../ui/page';
import { quoted } from '../ui/rsql';
import { useSend } from '../ui/send';
import { IMAGE_LOOKS, SEVERITY_LOOKS, Status } from '../ui/status';
import { Terms } from '../ui/terms';
import { Time } from '../ui/time';
import { formatBytes, formatCount } from '../ui/words';
import { ChangeImage } from './image-change';
import { useNodeCount } from './nodes';
import { pathSentences } from './update-path';

type Image = Schemas['Image'];
type Act = 'publish' | 'withdraw' | 'delete';

const WORDS: Record<Act, { verb: string; question: string; danger: boolean }> = {
  publish: { verb: 'Publish', question: 'Campaigns can use it from then on. What it is does not change any more.', danger: false },
  withdraw: {
    verb: 'Withdraw',
    question: 'No node gets it any more, and no permit for it is given, from that moment on. Nodes that run it keep it.',
    danger: true,
  },
  delete: { verb: 'Delete', question: 'The draft and its bytes are gone.', danger: true },
};

export default function ImagePage() {
  const { id = '' } = useParams();
  const navigate = useNavigate();
  const [act, setAct] = useState<Act>();
  const [changing, setChanging] = useState<Image>();
  const manage = useReason('image.manage');
  const query = useQuery({
    queryKey: ['campaigns', 'images', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/images/{id}', { params: { path: { id } }, signal })),
  });
  const send = useSend(
    async ({ what, revision }: { what: Act; revision: number }, key): Promise<Act> => {
      const params = { path: { id }, header: { 'Idempotency-Key': key } };
      switch (what) {
        case 'publish':
          await answer(api.POST('/api/v1/images/{id}:publish', { params }));
          break;
        case 'withdraw':
          await answer(api.POST('/api/v1/images/{id}:withdraw', { params }));
          break;
        case 'delete':
          await answer(api.DELETE('/api/v1/images/{id}', { params: { path: { id }, header: { 'If-Match': etag(revision) } } }));
          break;
      }
      return what;
    },
    {
      topics: ['campaigns'],
      onDone: (what) => {
        setAct(undefined);
        if (what === 'delete') {
          void navigate('/images');
        }
      },
    },
  );
  const image = query.data;
  const why = (needed: Image['state'], verb: string) =>
    manage ?? (image === undefined || image.state === needed ? undefined : `Only a ${needed} image can be ${verb}; this is ${image.state}.`);
  return (
    <Screen
      title={image === undefined ? 'Image' : `${image.family} ${image.version}`}
      above={[{ title: 'Images', to: '/images' }]}
      status={image !== undefined && <Status look={IMAGE_LOOKS[image.state]} code={image.state} />}
      actions={
        <div className="mm-row">
          <ReasonedButton variant="primary" reason={why('DRAFT', 'published')} onClick={() => setAct('publish')}>
            Publish
          </ReasonedButton>
          <ReasonedButton variant="secondary" isDanger reason={why('PUBLISHED', 'withdrawn')} onClick={() => setAct('withdraw')}>
            Withdraw
          </ReasonedButton>
          <ReasonedButton variant="secondary" reason={manage} onClick={() => setChanging(image)}>
            Change
          </ReasonedButton>
          {image?.state === 'DRAFT' && (
            <ReasonedButton variant="secondary" isDanger reason={manage} onClick={() => setAct('delete')}>
              Delete
            </ReasonedButton>
          )}
        </div>
      }
    >
      <Asked query={query}>
        {(data) => (
          <div className="mm-two">
            <Card>
              <CardTitle component="h2">What it is</CardTitle>
              <CardBody>
                <About image={data} />
              </CardBody>
            </Card>
            <div className="mm-stack">
              <Card>
                <CardTitle component="h2">Where it runs</CardTitle>
                <CardBody>
                  <WhereItRuns image={data} />
                </CardBody>
              </Card>
              <Card>
                <CardTitle component="h2">From where it can be installed</CardTitle>
                <CardBody>
                  <Sources path={data.path} />
                </CardBody>
              </Card>
              <Card>
                <CardTitle component="h2">What it fixes</CardTitle>
                <CardBody>
                  <div className="mm-stack">
                    <div>
                      <Status look={SEVERITY_LOOKS[data.severity]} code={data.severity} />
                    </div>
                    {data.fixedCves.length === 0 ? (
                      <p className="mm-absent">No CVE is named.</p>
                    ) : (
                      <LabelGroup numLabels={20}>
                        {data.fixedCves.map((cve) => (
                          <Label key={cve} variant="outline">
                            {cve}
                          </Label>
                        ))}
                      </LabelGroup>
                    )}
                    {data.notes !== '' && <p className="mm-notes">{data.notes}</p>}
                  </div>
                </CardBody>
              </Card>
            </div>
          </div>
        )}
      </Asked>
      {changing !== undefined && (
        <ChangeImage
          image={changing}
          onClose={() => {
            setChanging(undefined);
            void query.refetch();
          }}
        />
      )}
      {act !== undefined && image !== undefined && (
        <Confirm
          title={`${WORDS[act].verb} ${image.family} ${image.version}?`}
          action={WORDS[act].verb}
          danger={WORDS[act].danger}
          send={{ ...send, go: () => send.send({ what: act, revision: image.revision }) }}
          onClose={() => {
            setAct(undefined);
            send.reset();
          }}
        >
          <p>{WORDS[act].question}</p>
        </Confirm>
      )}
    </Screen>
  );
}

function About({ image }: { image: Image }) {
  const rows: [string, ReactNode][] = [
    ['Release counter', image.releaseCounter],
    ['Architecture', image.architecture],
    ['Hardware', image.hardware.length === 0 ? 'all' : image.hardware.join(', ')],
    ['Size', formatBytes(image.sizeBytes)],
    ['SHA-256', <span className="mm-mono">{image.sha256}</span>],
    ['Bytes', image.url !== undefined ? <span className="mm-mono">{image.url}</span> : image.stored ? 'with the manager' : 'not uploaded yet'],
    ['Signature', image.signatureEnvelope === undefined ? 'none' : 'kept with it, for nodes to check'],
    ['Added', <Time at={image.createdAt} absolute />],
  ];
  return (
    <Terms rows={rows} />
  );
}

function Sources({ path }: { path: Schemas['ImagePath'] }) {
  const sentences = pathSentences(path);
  return sentences.length === 0 ? (
    <p className="mm-absent">From any release.</p>
  ) : (
    <ul>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

function WhereItRuns({ image }: { image: Image }) {
  const running = `imageVersion==${quoted(image.version)}`;
  const count = useNodeCount(running);
  return (
    <div className="mm-stack">
      <p>
        {count.data === undefined ? (
          'Counting'
        ) : (
          <Link to={`/nodes?${new URLSearchParams({ filter: running })}`}>
            {formatCount(count.data)} {count.data.count === 1 ? 'node says' : 'nodes say'} that they run {image.version}
          </Link>
        )}
      </p>
      <p>
        <Link to={`/campaigns?${new URLSearchParams({ filter: `imageId==${image.id}` })}`}>Campaigns that bring it</Link>
      </p>
    </div>
  );
}
