import type { LinkTexts } from './en.js';

export default {
  title: 'Prueba de vida',
  heading: 'Muestre que está ahí',
  lead: 'La cámara filma su cara durante unos segundos. No se envía nada antes de que empiece.',
  light: 'Busque una luz uniforme y suba el brillo de la pantalla.',
  takeOff: 'Quítese las gafas oscuras, la mascarilla o el sombrero.',
  upright: 'Sostenga el teléfono en vertical, a la altura de los ojos.',
  begin: 'Empezar',
  once: 'Este enlace funciona una sola vez. Empiece cuando esté listo.',
  loadFailed: 'Esto no se puede cargar en este momento.',
  startFailed: 'Esto no se puede iniciar en este momento.',
  used: 'Este enlace ya se usó o ha caducado. Pida otro.',
  thanks: 'Gracias',
  complete: 'La comprobación ha terminado. Puede cerrar esta página.',
  failed: 'No ha funcionado',
  askAgain: 'Pida otro enlace a quien se lo envió.',
  useless: 'Este enlace no funciona',
  uselessUsed: 'Ya se usó, ha caducado o se copió incompleto. Pida otro a quien lo envió.',
  uselessCallback: 'Lleva a una dirección que su remitente no ha permitido. Pida otro a quien lo envió.',
} satisfies LinkTexts;
