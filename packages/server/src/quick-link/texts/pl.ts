import type { LinkTexts } from './en.js';

export default {
  title: 'Kontrola obecności',
  heading: 'Pokaż, że tu jesteś',
  lead: 'Kamera filmuje twarz przez kilka sekund. Nic nie jest wysyłane, zanim nie zaczniesz.',
  light: 'Znajdź równomierne światło i zwiększ jasność ekranu.',
  takeOff: 'Zdejmij ciemne okulary, maseczkę i nakrycie głowy.',
  upright: 'Trzymaj telefon pionowo, na wysokości oczu.',
  begin: 'Zacznij',
  once: 'Ten link działa tylko raz. Zacznij, gdy wszystko będzie gotowe.',
  loadFailed: 'W tej chwili nie można tego wczytać.',
  startFailed: 'W tej chwili nie można tego rozpocząć.',
  used: 'Ten link został już użyty lub wygasł. Poproś o inny.',
  thanks: 'Dziękujemy',
  complete: 'Kontrola jest zakończona. Możesz zamknąć tę stronę.',
  failed: 'To się nie udało',
  askAgain: 'Poproś o inny link osobę, która go wysłała.',
  useless: 'Ten link nie działa',
  uselessUsed: 'Został użyty, wygasł lub nie został skopiowany w całości. Poproś nadawcę o inny.',
  uselessCallback: 'Prowadzi do adresu, na który nadawca nie zezwolił. Poproś nadawcę o inny.',
} satisfies LinkTexts;
