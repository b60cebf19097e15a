#!/usr/bin/env node
'use strict';
require('./pinned-node.cjs').run('cloud-broker/cli.ts', 'dist/service/cloud-broker-cli.js');
