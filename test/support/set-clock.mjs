// Loaded before the service (NODE_OPTIONS=--import): its machine's clock is off by what a file says, in milliseconds. Looked at each time, as a real clock is.
import { readFileSync } from 'node:fs';

const { now } = Date;
const off = () => {
  try {
    return Number(readFileSync(process.env.TEST_CLOCK_FILE, 'utf8'));
  } catch {
    return 0;
  }
};
Date.now = () => now() + off();
