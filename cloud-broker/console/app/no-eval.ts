import * as z from 'zod';

// zod would otherwise probe `new Function`, which the Content-Security-Policy refuses and reports. It looks when a schema is
// made, so main.tsx imports this before anything else.
z.config({ jitless: true });
