import type { LinkTexts } from './en.js';

export default {
  title: 'Pemeriksaan kehadiran',
  heading: 'Tunjukkan bahwa Anda ada',
  lead: 'Kamera merekam wajah Anda selama beberapa detik. Tidak ada yang dikirim sebelum Anda mulai.',
  light: 'Cari cahaya yang merata dan naikkan kecerahan layar.',
  takeOff: 'Lepaskan kacamata gelap, masker, atau topi.',
  upright: 'Pegang ponsel tegak, setinggi mata Anda.',
  begin: 'Mulai',
  once: 'Tautan ini hanya berlaku sekali. Mulailah saat Anda siap.',
  loadFailed: 'Ini tidak dapat dimuat saat ini.',
  startFailed: 'Ini tidak dapat dimulai saat ini.',
  used: 'Tautan ini sudah dipakai atau kedaluwarsa. Mintalah yang lain.',
  thanks: 'Terima kasih',
  complete: 'Pemeriksaan selesai. Anda dapat menutup halaman ini.',
  failed: 'Itu tidak berhasil',
  askAgain: 'Mintalah tautan lain kepada pengirimnya.',
  useless: 'Tautan ini tidak berfungsi',
  uselessUsed:
    'Tautan sudah dipakai, kedaluwarsa, atau tidak tersalin lengkap. Mintalah yang lain kepada pengirimnya.',
  uselessCallback:
    'Tautan menuju alamat yang tidak diizinkan pengirimnya. Mintalah yang lain kepada pengirimnya.',
} satisfies LinkTexts;
