import { useState } from 'preact/hooks';

const SHOWN_MS = 1_500;

/** Text to be pasted elsewhere, with a button that copies it. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div class="code">
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <Copy text={text} label={label} />
    </div>
  );
}

/** A short value with a button that copies it. */
export function Value({ text, label }: { text: string; label: string }) {
  return (
    <span class="value">
      <code>{text}</code>
      <Copy text={text} label={label} />
    </span>
  );
}

function Copy({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState('');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setDone('Copied');
    } catch {
      // Without TLS a browser gives no clipboard to pages of other hosts than its own.
      setDone('Select it and copy');
    }
    setTimeout(() => setDone(''), SHOWN_MS);
  }
  return (
    <button type="button" class="quiet" aria-label={`Copy ${label}`} onClick={() => void copy()}>
      <span role="status">{done || 'Copy'}</span>
    </button>
  );
}
