import { entry } from './error-entry.ts';

/** Network faults between a display and its service: why no verified connection is made. The display retries each by itself. */
export const networkErrors = {
  unreachable: entry(
    null,
    ['The service cannot be reached.', 'Check the network, and that the service’s address and port are allowed.'],
    ['Le service est injoignable.', "Vérifiez le réseau, et que l'adresse et le port du service sont autorisés."],
  ),
  'connection-refused': entry(
    null,
    [
      'Nothing is listening at the service’s address and port.',
      'Check that the service is running, and that the address in ROLLCALL_URL is right.',
    ],
    [
      "Rien n'écoute à l'adresse et au port du service.",
      "Vérifiez que le service est lancé et que l'adresse dans ROLLCALL_URL est juste.",
    ],
  ),
  'connection-cut': entry(
    null,
    [
      'The connection to the service was cut.',
      'Wait a moment; if this continues, ask the network’s admin whether a filter cuts connections to the service.',
    ],
    [
      'La connexion au service a été coupée.',
      "Patientez un instant ; si cela persiste, demandez à l'administrateur du réseau si un filtre coupe les connexions au service.",
    ],
  ),
  'no-route': entry(
    null,
    ['This display has no route to the service’s network.', 'Check the cable or Wi-Fi, and that the network provides a gateway.'],
    [
      "Cet écran n'a aucune route vers le réseau du service.",
      'Vérifiez le câble ou le Wi-Fi, et que le réseau fournit une passerelle.',
    ],
  ),
  'name-not-found': entry(
    null,
    [
      'The network does not know the service’s name.',
      'Check the cable or Wi-Fi, the address in ROLLCALL_URL, and the network’s DNS.',
    ],
    [
      'Le réseau ne connaît pas le nom du service.',
      "Vérifiez le câble ou le Wi-Fi, l'adresse dans ROLLCALL_URL et le DNS du réseau.",
    ],
  ),
  'service-untrusted': entry(
    null,
    [
      'Something else answers in the service’s place, with a certificate that this display cannot trust.',
      'Ask for the service’s address to be exempted from any filter that intercepts TLS.',
    ],
    [
      "Quelque chose répond à la place du service, avec un certificat auquel l'écran ne peut pas se fier.",
      "Demandez que l'adresse du service soit exclue de tout filtre qui intercepte TLS.",
    ],
  ),
  'clock-wrong': entry(
    null,
    [
      'This display’s clock is behind: according to it, the service’s certificate is not valid yet.',
      'Set the display’s date and time, or let it get them from the network (NTP, UDP port 123).',
    ],
    [
      "L'horloge de cet écran retarde : d'après elle, le certificat du service n'est pas encore valide.",
      "Réglez la date et l'heure de l'écran, ou laissez-le les obtenir du réseau (NTP, port UDP 123).",
    ],
  ),
  'certificate-expired': entry(
    null,
    [
      'According to this display’s clock, the certificate it received has expired.',
      'Check the display’s date and time; if they are right, the service’s certificate must be renewed.',
    ],
    [
      "D'après l'horloge de cet écran, le certificat reçu a expiré.",
      "Vérifiez la date et l'heure de l'écran ; si elles sont justes, le certificat du service doit être renouvelé.",
    ],
  ),
  'not-the-service': entry(
    null,
    [
      'What answers at the service’s address is not a Rollcall service.',
      'Check ROLLCALL_URL; if it is right, ask the network’s admin what answers in the service’s place.',
    ],
    [
      "Ce qui répond à l'adresse du service n'est pas un service Rollcall.",
      "Vérifiez ROLLCALL_URL ; si elle est juste, demandez à l'administrateur du réseau ce qui répond à la place du service.",
    ],
  ),
  'service-down': entry(
    null,
    [
      'The service’s address answers, but the service is not working at the moment.',
      'Wait; the next attempt is automatic. If this continues, tell the service’s operator.',
    ],
    [
      "L'adresse du service répond, mais le service ne fonctionne pas pour le moment.",
      "Patientez ; la prochaine tentative est automatique. Si cela persiste, prévenez l'exploitant du service.",
    ],
  ),
  'network-sign-in': entry(
    null,
    [
      'The network answers in the service’s place, as a network that requires a sign-in does.',
      'Sign in to the network on this display, or ask for the display to be let through without one.',
    ],
    [
      'Le réseau répond à la place du service, comme le fait un portail de connexion.',
      "Connectez-vous au réseau sur cet écran, ou demandez que l'écran passe sans connexion.",
    ],
  ),
  'network-refused': entry(
    null,
    [
      'Something between this display and the service refuses the service by name, as a filter does.',
      'Ask the network’s admin to allow the service’s address.',
    ],
    [
      'Quelque chose entre cet écran et le service refuse celui-ci par son nom, comme le fait un filtre.',
      "Demandez à l'administrateur du réseau d'autoriser l'adresse du service.",
    ],
  ),
  'proxy-sign-in': entry(
    null,
    [
      'The proxy requires a user name and a password.',
      'Set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT, or have the service let through without a sign-in.',
    ],
    [
      'Le proxy demande un utilisateur et un mot de passe.',
      'Réglez HTTPS_PROXY=http://UTILISATEUR:MOTDEPASSE@HÔTE:PORT, ou faites passer le service sans authentification.',
    ],
  ),
  'proxy-unreachable': entry(
    null,
    [
      'The proxy in HTTPS_PROXY cannot be reached.',
      'Check its address and port; if the service is reached without it, add the service to NO_PROXY.',
    ],
    [
      'Le proxy de HTTPS_PROXY est injoignable.',
      "Vérifiez son adresse et son port ; si le service s'atteint sans lui, ajoutez le service à NO_PROXY.",
    ],
  ),
} as const;
