import type { LinkTexts } from './en.js';

export default {
  title: 'Närvarokontroll',
  heading: 'Visa att du är där',
  lead: 'Kameran filmar ditt ansikte i några sekunder. Inget skickas innan du börjar.',
  light: 'Sök jämnt ljus och höj skärmens ljusstyrka.',
  takeOff: 'Ta av mörka glasögon, munskydd eller hatt.',
  upright: 'Håll telefonen upprätt, i ögonhöjd.',
  begin: 'Börja',
  once: 'Länken fungerar en gång. Börja när du är redo.',
  loadFailed: 'Det går inte att ladda just nu.',
  startFailed: 'Det går inte att börja just nu.',
  used: 'Länken har använts eller gått ut. Be om en ny.',
  thanks: 'Tack',
  complete: 'Kontrollen är klar. Du kan stänga sidan.',
  failed: 'Det gick inte',
  askAgain: 'Be den som skickade länken om en ny.',
  useless: 'Länken fungerar inte',
  uselessUsed: 'Den har använts, gått ut eller kopierats ofullständigt. Be den som skickade den om en ny.',
  uselessCallback:
    'Den leder till en adress som avsändaren inte har tillåtit. Be den som skickade den om en ny.',
} satisfies LinkTexts;
