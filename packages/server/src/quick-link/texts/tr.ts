import type { LinkTexts } from './en.js';

export default {
  title: 'Canlılık kontrolü',
  heading: 'Orada olduğunuzu gösterin',
  lead: 'Kamera yüzünüzü birkaç saniye çeker. Siz başlamadan hiçbir şey gönderilmez.',
  light: 'Eşit dağılan bir ışık bulun ve ekranın parlaklığını artırın.',
  takeOff: 'Koyu gözlük, maske veya şapkayı çıkarın.',
  upright: 'Telefonu dik ve göz hizanızda tutun.',
  begin: 'Başla',
  once: 'Bu bağlantı bir kez çalışır. Hazır olduğunuzda başlayın.',
  loadFailed: 'Bu şu anda yüklenemiyor.',
  startFailed: 'Bu şu anda başlatılamıyor.',
  used: 'Bu bağlantı kullanılmış veya süresi dolmuş. Başka bir tane isteyin.',
  thanks: 'Teşekkürler',
  complete: 'Kontrol tamamlandı. Bu sayfayı kapatabilirsiniz.',
  failed: 'Olmadı',
  askAgain: 'Bağlantıyı gönderen kişiden başka bir tane isteyin.',
  useless: 'Bu bağlantı çalışmıyor',
  uselessUsed: 'Kullanılmış, süresi dolmuş veya eksik kopyalanmış. Gönderen kişiden başka bir tane isteyin.',
  uselessCallback: 'Gönderenin izin vermediği bir adrese götürüyor. Gönderen kişiden başka bir tane isteyin.',
} satisfies LinkTexts;
