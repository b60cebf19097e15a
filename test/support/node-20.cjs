'use strict';
// Preloaded into a launcher: it then takes itself for an older Node and starts the pinned one, as it does on most machines.
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } });
