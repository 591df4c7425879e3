import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// n8n-core writes its settings there, and not into the home of the user who runs the tests.
process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'n8n-nodes-crisp-'));
process.env.N8N_ENCRYPTION_KEY ??= 'of no value';
process.env.N8N_LOG_LEVEL = 'silent';
