/** Answers its first message: a page that hears it may start workers. */
addEventListener('message', ({ data }) => postMessage(data));
