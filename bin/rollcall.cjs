#!/usr/bin/env node
'use strict';
require('./pinned-node.cjs').run('cloud-broker/cli/main.ts', 'dist/service/cloud-broker-cli-main.js');
