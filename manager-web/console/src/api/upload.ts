import { BASE, currentCsrfToken, reportSessionLost, type Schemas } from './client';
import { Problem, problemOf } from './problem';

export interface UploadedImage {
  family: string;
  version: string;
  releaseCounter: string;
  architecture: string;
  hardware: readonly string[];
}

/** The bytes of an image, with progress from 0 to 1, which fetch cannot tell. */
export function uploadImage(
  image: UploadedImage,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Schemas['Image']> {
  const query = new URLSearchParams({
    family: image.family,
    version: image.version,
    releaseCounter: image.releaseCounter,
    architecture: image.architecture,
  });
  image.hardware.forEach((name) => query.append('hardware', name));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${BASE}/api/v1/images:upload?${query.toString()}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('X-CSRF-Token', currentCsrfToken());
    request.responseType = 'json';
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) {
        onProgress(event.loaded / event.total);
      }
    });
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) {
        resolve(request.response as Schemas['Image']);
        return;
      }
      if (request.status === 401) {
        reportSessionLost();
      }
      reject(problemOf(request.status, request.response));
    });
    request.addEventListener('error', () => reject(Problem.unreachable(undefined)));
    request.addEventListener('abort', () =>
      reject(new Problem({ status: -1, code: 'canceled', title: 'The upload was canceled' })),
    );
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
