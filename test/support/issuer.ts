import { generateKeyPairSync } from 'node:crypto';
import type { Issuer } from '../../cloud-broker/keys/x509.ts';

/** A constant, because the library that makes CA certificates takes long to load. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjTCCATOgAwIBAgIUdVqA7h+twrN2HRFl4R3tJtuQEP8wCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQUm9sbGNhbGwgQ0EgdGVzdDAgFw0yNjExMzAxMzAzMzlaGA8y
MTI2MTEwNjEzMDMzOVowGzEZMBcGA1UEAwwQUm9sbGNhbGwgQ0EgdGVzdDBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABKNsLJrNa4wnocXZb46V3GaBS45flSUN4rVS
FexPiPZjYPakwf7D0wm6c5QqRYe7yNqE0ZO3hbIuJ35hJ5fMJoyjUzBRMB0GA1Ud
DgQWBBQuzVTrJ+TjVRKFKXlEkvLRtkY0PzAfBgNVHSMEGDAWgBQuzVTrJ+TjVRKF
KXlEkvLRtkY0PzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIDZ1
lpP2CxV0MP5cXyIchwl3PpBid9JxAvVN+kVBbyG2AiEAxfUo9pGI32PWaMpeDVjD
UimFc1A62Vg/C4/u0Qi+kB8=
-----END CERTIFICATE-----
`;

/** A CA for stores without a service. Its key does not match the certificate, so that no private key stands here: nobody connects with what it signs. */
export const testIssuer: Issuer = {
  key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  certificatePem: CERTIFICATE,
};
