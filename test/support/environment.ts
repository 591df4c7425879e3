import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// n8n-core writes its settings where this says; the tests leave the home of whoever runs them alone.
process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'n8n-nodes-crisp-'));
process.env.N8N_ENCRYPTION_KEY ??= 'of no value';
process.env.N8N_LOG_LEVEL = 'silent';
