import type { Texts } from "./texts.ts";

export const id: Texts = {
  greeting:
    "Halo! Terima kasih sudah menambahkan saya sebagai teman. Mau bertanya, minta terjemahan, atau sekadar mengobrol? Langsung kirim pesan saja, ya.",
  greetingGroup:
    "Halo semuanya, terima kasih sudah mengundang saya! Kalau ingin bicara dengan saya, sebut saya dengan @ atau balas salah satu pesan saya. Di luar itu, saya tidak akan mengganggu.",
  apology: "Maaf, saya tidak berhasil menjawab pesan ini. Silakan coba lagi beberapa saat lagi, ya.",
  refusal: "Maaf, saya tidak bisa membantu untuk hal itu.",
  notUnderstood:
    "Terima kasih! Sayangnya saya tidak bisa membuka yang ini. Bisa tolong ceritakan lewat tulisan?",
  mediaGone: "Maaf, yang kamu kirim sudah tidak bisa saya buka. Bisa tolong kirim sekali lagi?",
  mediaTooLarge: "Maaf, ini terlalu besar untuk saya. Bisa tolong kirim yang lebih kecil atau lebih pendek?",
  mediaUnheard:
    "Maaf, saya tidak bisa menangkap kata-kata di pesan suara ini. Bisa tolong ulangi, atau tulis saja?",
  mediaLimit:
    "Hari ini saya sudah tidak bisa membuka kiriman seperti ini lagi. Kamu masih bisa menulis pesan kepada saya.",
  cut: "… (jawabannya terlalu panjang, jadi dipotong sampai di sini)",
  goOn: "Lanjutkan",
  stillThinking: "Saya masih menyiapkan jawabannya. Ketuk tombol di bawah untuk melihatnya.",
  stillThinkingGroup:
    "Saya masih menyiapkan jawabannya. Ketuk tombol di bawah, atau balas pesan ini, untuk melihatnya.",
  showAnswer: "Lihat jawaban",
  gone: "Jawaban itu sudah tidak tersimpan. Silakan tanyakan sekali lagi, ya.",
  confirm: "Boleh saya lanjutkan?",
  confirmYes: "Ya, lanjutkan",
  confirmNo: "Tidak, jangan",
  confirmExpired:
    "Pertanyaan itu sudah kedaluwarsa, dan tidak ada yang dilakukan. Silakan minta sekali lagi, ya.",
  tooMany:
    "Banyak sekali pesan yang masuk sekaligus, jadi belum semuanya bisa saya jawab. Silakan kirim lagi sisanya, ya.",
  dailyLimit: "Cukup sampai di sini dulu untuk hari ini. Besok kita mengobrol lagi, ya!",
  forget: "Apakah saya perlu melupakan semua yang pernah kita bicarakan? Ini tidak bisa dibatalkan.",
  forgotten: "Baik, saya sudah melupakan semua yang pernah kita bicarakan.",
  forgetOwn:
    "Apakah saya perlu melupakan semua yang pernah Anda tulis di grup ini? Tulisan anggota lain tetap ada. Ini tidak bisa dibatalkan.",
  forgottenOwn: "Baik, saya sudah melupakan semua yang pernah Anda tulis di grup ini.",
  kept: "Baik, semuanya tetap saya ingat.",
  memory: "Selain pesan-pesan terakhir, ini yang saya catat:",
  nothingRemembered: "Belum ada yang saya catat. Saya hanya ingat pesan-pesan terakhir.",
  export: "Ini semua data tentang Anda yang tersimpan. Waktu ditampilkan dalam {timeZone}.",
  exportOwn:
    "Ini semua yang pernah Anda tulis di grup ini dan masih tersimpan. Waktu ditampilkan dalam {timeZone}.",
  nothingStored: "Tidak ada pesan Anda yang tersimpan.",
  nothingToRetry: "Belum ada pertanyaan yang bisa saya jawab ulang.",
  help: "Kirim saja pesan seperti biasa. Kata-kata berikut punya fungsi khusus:",
  about: {
    memory: "menampilkan apa yang saya catat tentang Anda",
    forget: "menghapus semuanya setelah Anda konfirmasi",
    export: "menampilkan semua data Anda yang tersimpan",
    retry: "menjawab ulang pertanyaan terakhir Anda",
    help: "menampilkan daftar ini",
  },
};
