import type { LinkTexts } from './en.js';

export default {
  title: 'Kiểm tra sự hiện diện',
  heading: 'Hãy cho thấy bạn đang ở đó',
  lead: 'Máy ảnh quay khuôn mặt bạn trong vài giây. Không có gì được gửi trước khi bạn bắt đầu.',
  light: 'Tìm nơi có ánh sáng đều và tăng độ sáng màn hình.',
  takeOff: 'Bỏ kính râm, khẩu trang hoặc mũ.',
  upright: 'Giữ điện thoại thẳng đứng, ngang tầm mắt.',
  begin: 'Bắt đầu',
  once: 'Liên kết này chỉ dùng được một lần. Hãy bắt đầu khi bạn sẵn sàng.',
  loadFailed: 'Hiện không tải được.',
  startFailed: 'Hiện không bắt đầu được.',
  used: 'Liên kết này đã được dùng hoặc đã hết hạn. Hãy xin liên kết khác.',
  thanks: 'Cảm ơn bạn',
  complete: 'Đã kiểm tra xong. Bạn có thể đóng trang này.',
  failed: 'Không thành công',
  askAgain: 'Hãy xin liên kết khác từ người đã gửi cho bạn.',
  useless: 'Liên kết này không dùng được',
  uselessUsed:
    'Liên kết đã được dùng, đã hết hạn hoặc bị sao chép thiếu. Hãy xin liên kết khác từ người gửi.',
  uselessCallback:
    'Liên kết dẫn đến một địa chỉ mà người gửi không cho phép. Hãy xin liên kết khác từ người gửi.',
} satisfies LinkTexts;
