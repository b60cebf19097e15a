#!/usr/bin/env node
'use strict';
require('./pinned-node.cjs').run('agent/cli.ts', 'dist/rollcall-agent.cjs');
