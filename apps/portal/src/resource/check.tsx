import { useEffect, useRef, useState } from 'preact/hooks';
import { Notice } from '../parts/notice.js';

/** The client SDK as the service hosts it; typed as a mere text, for it is no part of this bundle. */
const SDK: string = '/client/bonafide-liveness.js';

/** The element of the client SDK: `start` runs a whole check and ends when the service has judged it. */
interface LivenessElement extends HTMLElement {
  verifyImage: Blob | null;
  start(token: string): Promise<unknown>;
}

/** A whole check with this device's camera; `onEnd` is told also of one that was broken off. */
export function Check({
  token,
  photo = null,
  onEnd,
}: {
  token: string;
  photo?: Blob | null;
  onEnd: () => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const end = useRef(onEnd);
  end.current = onEnd;
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const element = document.createElement('bonafide-liveness') as LivenessElement;
    place.current?.replaceChildren(element);
    async function run() {
      await import(SDK);
      await customElements.whenDefined('bonafide-liveness');
      element.verifyImage = photo;
      await element.start(token);
    }
    // A check that is broken off is one that its session tells of, too.
    run().then(
      () => end.current(),
      (error: Error) => (error.name === 'LivenessFailure' ? end.current() : setProblem(error.message)),
    );
    return () => element.remove();
  }, [token, photo]);
  return (
    <>
      {problem && <Notice kind="error">The client SDK could not be run: {problem}</Notice>}
      <div ref={place} class="check-place" />
    </>
  );
}
