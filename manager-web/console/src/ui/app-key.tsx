import { ClipboardCopy } from '@patternfly/react-core';
import { encode } from 'uqr';
import type { Schemas } from '../api/client';

/** The dark squares as one path, a square a unit. */
function squares(data: readonly (readonly boolean[])[]): string {
  return data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
}

/** What an authenticator app needs: to be scanned, to be opened on the phone itself, or to be typed. Nothing of it leaves the page. */
export default function AppKey({ app }: { app: Schemas['TotpSecret'] }) {
  // With the quiet zone of four squares that readers want, dark on light whatever the theme.
  const { data, size } = encode(app.uri, { ecc: 'M', border: 4 });
  return (
    <div className="mm-stack">
      <svg className="mm-qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code for the app" shapeRendering="crispEdges">
        <rect className="mm-qr-ground" width={size} height={size} />
        <path className="mm-qr-dark" d={squares(data)} />
      </svg>
      <p>
        Scan it with the app, <a href={app.uri}>open it in the app of this device</a>, or type this key:
      </p>
      <ClipboardCopy isReadOnly hoverTip="Copy" clickTip="Copied" textAriaLabel="Key for the app">
        {app.secret}
      </ClipboardCopy>
    </div>
  );
}
