// A thread of the proof: judges one clip after another.
import { parentPort, workerData } from 'node:worker_threads';
import { openJudge, type JudgeOptions } from './judge.js';
import type { Order } from './line.js';

const { judge } = await openJudge(workerData as JudgeOptions);
parentPort?.on('message', (order: Order) => {
  // An error ends the thread, and the proof with it.
  void judge(order).then((line) => parentPort?.postMessage(line));
});
