"""Vietnamese. Words that become names without their accents ask for them (`=`)."""

from typing import Final

from sms.reading.languages.row import Row

ROW: Final[Row] = {
    "sign": (
        "ký tên, kyten, tôi ký, ký vào, ký tên vào, ký ủng hộ, muốn ký, xin ký, ký cho, đã ký, =ký"
    ),
    "join": (
        "tên tôi vào, chữ ký của tôi cho, thêm tôi, thêm tên tôi, thêm tên, ghi tên tôi, ghi tên, "
        "thêm em, cho tôi tham gia, cho em tham gia, ủng hộ, tôi ủng hộ, đăng ký cho, tính cả "
        "tôi, thay mặt, nhân danh, đồng ý với, xin tham gia, cho tôi vào, ghi danh, cho con tham "
        "gia, đăng kí cho, đăng ký tên, {thêm|ghi|cho|đưa|điền|viết} tên "
        "{tôi|em|con|mình|cháu|tui|chúng tôi} (vào) (danh sách|đơn|kiến nghị|bản kiến nghị), cho "
        "{tôi|em|con|mình|cháu|tui} ký (tên) (với), xin thêm tên"
    ),
    "refuse": "từ chối ký, tôi từ chối, phản đối, chống lại",
    "stop": (
        "ngừng, dừng lại, ~=dừng, hủy đăng ký, ~từ chối, ~dung lai, ~ngừng lại, ~=thôi, ~thôi đi, "
        "~đủ rồi, ~ngưng, ~ngưng lại, ~=hủy, ~huy dang ky, ~chấm dứt, ~dừng ngay, ~dừng đi, ~dừng "
        "lại ngay, ~dừng lại đi, ~ngừng ngay, ~ngưng ngay, ~hủy bỏ, ~dẹp đi, ~hủy nhận tin"
    ),
    "cease": "ngừng, =dừng, ngưng, =thôi, chấm dứt, =hủy, dừng lại, đừng có, =chán, ngừng ngay",
    "offer": "vay, khuyến mãi, trúng thưởng, mã xác minh của bạn, mã xác nhận, nhấp vào, giảm giá",
    "send": (
        "nhắn tin, gửi tin, =gửi, =nhắn, nhắn, liên lạc, liên hệ, gọi điện, làm phiền, quấy rầy, "
        "nhận tin, nhan tin, gui tin, lam phien, quay ray, nhận tin nhắn, gửi tin nhắn, gui tin "
        "nhan, nhan tin nhan, =nhận"
    ),
    "messages": (
        "tin nhắn, tin nhan, các tin nhắn, tin nhắn này, những tin nhắn, quảng cáo, tin rác, "
        "spam, sms, thông báo"
    ),
    "me": (
        "cho tôi, cho em, cho mình, cho tui, số này, số của tôi, điện thoại này, vào số này, đến "
        "số này, cho toi, so nay, cho số này, tới số này, cho con, cho cháu, vào máy tôi, số điện "
        "thoại này, tôi nữa"
    ),
    "not": "=không, =chưa, =chẳng, =đừng, =chả, khong, =đâu, không phải, hông, =ko, chớ, đừng có",
    "wish": (
        "đừng {nhắn tin|gửi tin|gửi tin nhắn|gửi|nhắn|liên lạc|làm phiền|quấy rầy|gọi|liên "
        "hệ|nhan tin|gui tin}, {ngừng|ngưng|dừng|thôi|chấm dứt|dừng việc|ngừng việc} {nhắn "
        "tin|gửi tin|gửi tin nhắn|gửi|nhắn|làm phiền|quấy rầy|liên lạc|liên hệ}, {không|khong} "
        "{muốn nhận|muon nhan|nhận tin nhắn|cần nhận|muốn nhận thêm|muốn tin nhắn|muốn bị làm "
        "phiền}, sai số, nhầm số, nhầm người, sai người, hủy nhận tin, hủy nhận tin nhắn, hủy "
        "đăng ký của tôi, để tôi yên, cho tôi yên, để tôi được yên, không nhận tin nhắn, không "
        "nhận nữa, đừng làm phiền, đừng làm phiền tôi, đã mất, đã qua đời, xin đừng gửi, xin đừng "
        "nhắn, dung nhan tin, dung gui tin, đừng gửi nữa, đừng nhắn nữa, để em yên, nhầm máy, tôi "
        "không đăng ký, dung nhan nua, ngung nhan tin, ngung gui tin, không muốn nhận nữa, "
        "{không|đừng|thôi} {nhắn tin|gửi tin|gọi|nhắn} (cho tôi) nữa, khong nhan tin nua, dung "
        "nhan tin nua, {xóa|xoá|bỏ} {mọi|hết} tin nhắn"
    ),
    "forget": (
        "=gỡ, =bỏ, loại tôi, đưa tôi ra, xóa tôi, =xóa, =xoá, xoá tôi, gỡ tôi, quên tôi, xóa em, "
        "xóa hết, xóa tất cả, xóa bỏ, xoa toi, xóa mình, xoa, xoá"
    ),
    "data": (
        "dữ liệu của tôi, thông tin của tôi, mọi thông tin của tôi, toàn bộ dữ liệu của tôi, tất "
        "cả dữ liệu của tôi, mọi dữ liệu của tôi, tất cả thông tin của tôi, du lieu cua toi, "
        "thong tin cua toi, mọi thứ về tôi, thông tin cá nhân của tôi, dữ liệu cá nhân của tôi, "
        "toàn bộ thông tin của tôi, dữ liệu của em, thông tin của em, du lieu cua em, {mọi|tất "
        "cả|hết|toàn bộ} {thông tin|dữ liệu} {về|của} {tôi|em|mình}, moi thong tin ve toi"
    ),
    "number": (
        "số của tôi, số điện thoại của tôi, số này, số tôi, số máy này, so dien thoai cua toi, so "
        "cua toi, so dien thoai nay, so nay"
    ),
    "lists": (
        "khỏi danh sách, ra khỏi danh sách, danh sách này, danh sách của bạn, khỏi danh sách này, "
        "khỏi danh sách của bạn"
    ),
    "both": "cả hai, tất cả chữ ký",
    "signature": (
        "chữ ký của tôi, chữ ký, tên tôi, tên của tôi, chữ kí của tôi, chu ky cua toi, ten toi, "
        "chữ ký của em, tên em"
    ),
    "undo": (
        "hoàn tác, rút lại, =rút, {xóa|gỡ|rút|hủy|bỏ|xoá|rút lại} {chữ ký của tôi|chữ ký|tên "
        "tôi|tên của tôi|chữ kí|chữ ký của em|tên em}, rut lai, hoan tac, rút tên, xóa tên tôi, "
        "gỡ tên tôi, rút tên tôi, xóa tên, gỡ tên, bỏ tên tôi"
    ),
    "start": (
        "~bắt đầu, ~tiếp tục, ~đăng ký lại, ~bat dau, ~đăng ký nhận tin, ~nhận lại tin nhắn, "
        "~nhận tin lại"
    ),
    "help": (
        "~trợ giúp, ~giúp đỡ, ~giúp, ~giúp tôi, ~giúp tôi với, ~cứu, ~tro giup, ~giup do, ~giup "
        "toi, ~hướng dẫn, ~giúp em, ~giúp với, ~cần giúp, ~cần giúp đỡ, ~giup toi voi, ~giúp mình "
        "với, ~thông tin"
    ),
    "status": "trạng thái, trang thai, ~tình trạng",
    "list": "~danh sách, ~danh sach, ~các kiến nghị, ~danh sách kiến nghị, ~kiến nghị",
    "count": (
        "~bao nhiêu, ~số lượng, ~bao nhiêu chữ ký, ~bao nhiêu người, ~bao nhiêu người đã ký, ~có "
        "bao nhiêu chữ ký, ~có bao nhiêu người, ~bao nhieu, ~được bao nhiêu rồi, ~có bao nhiêu "
        "người ký, ~có bao nhiêu người đã ký, ~so luong"
    ),
    "more": (
        "~thêm, ~đọc thêm, ~thêm thông tin, ~cho tôi biết thêm, ~xem thêm, ~chi tiết, ~doc them, "
        "~biết thêm, ~nói thêm"
    ),
    "news": "~tin tức, ~tin tuc",
    "news_on": "~tin tức có, ~nhận tin, ~có tin tức, ~nhận tin tức, ~muốn nhận tin tức",
    "news_off": (
        "~tin tức không, không nhận tin, không nhận tin tức, ~không tin tức, ~ngừng tin tức, "
        "~dừng tin tức, ~hủy tin tức, ~ngừng gửi tin tức"
    ),
    "language": (
        "~tiếng việt, ~vietnamese, ~vietnam, ~vn, ~tieng viet, nói tiếng việt, biết tiếng việt, "
        "bằng tiếng việt"
    ),
    "also": "~người khác, ~cũng, ~thêm người, ~thêm một người",
    "letter": "~=thư, ~viết thư, ~lá thư",
    "post": "~gửi, ~gửi đi, ~gửi thư",
    "back": "~quay lại, ~trở lại",
    "call": "~gọi, ~gọi điện",
    "not_mine": "~không phải của tôi, ~không phải họ",
    "not_sure": "~không chắc, ~tôi không chắc",
    "change": (
        "sửa tên tôi, sửa tên, tên đúng là, đổi tên, đổi tên tôi thành, ý tôi là, phải là, tên "
        "đúng của tôi là, sửa lại tên, viết đúng là"
    ),
    "later": (
        "kiến nghị, bản kiến nghị, kiến nghị này, thư, gọi, biên nhận, xác minh, mã, tiếp, ngôn ngữ"
    ),
    "example": (
        "tên bạn, tên của bạn, mã bưu chính của bạn, mã bưu điện của bạn, họ tên bạn, họ tên của "
        "bạn, họ và tên của bạn, tên và mã bưu chính, tên và mã bưu chính của bạn, ten ban, ma "
        "buu chinh cua ban, mã zip của bạn"
    ),
    "cue": (
        "họ tên, tên tôi, tên tôi là, tôi tên là, tên là, tôi là, tên của tôi là, =tên, họ và "
        "tên, họ và tên tôi là, tôi tên, em là, em tên là, em tên, mình là, mình tên là, mình "
        "tên, tui là, tui tên, tui tên là, con là, con tên là, con tên, cháu là, cháu tên là, "
        "cháu tên, đây là, người ký, toi la, ten toi la, toi ten la, ho ten, ho va ten, tên đầy "
        "đủ, tên đầy đủ của tôi là, họ tên tôi là, ký tên bởi, trân trọng, kính thư, tên em là, "
        "tên mình là, gọi tôi là, =tôi, chị là, anh là, cô là, chú là, bác là, tên tui là, ten em "
        "la, em la, toi ten, tên họ, tên gọi, người viết, họ tên đầy đủ, tên họ đầy đủ, tên thật "
        "là, tên đầy đủ là, tên thật của tôi là, xin giới thiệu tôi là, họ tên của tôi là, họ tên "
        "là, đại diện"
    ),
    "closing": "=đây, đây ạ, nè, đây nè",
    "zip": (
        "mã bưu điện, mã bưu chính, mã bưu chính là, mã bưu điện là, mã của tôi là, mã vùng, mã "
        "zip, zip, mã bưu chính của tôi là, mã bưu điện của tôi là, ma buu chinh, ma buu dien, "
        "=mã, mã số, mã zip là, zip code, mã số bưu chính, mã bưu cục, ma zip, mã zip của tôi là, "
        "ma buu chinh la, mã bưu chính tôi là, zipcode, mã zip của em là, mã bưu chính của em là, "
        "ma buu dien la"
    ),
    "kin": (
        "{chồng|vợ|mẹ|má|ba|bố|cha|con trai|con gái|anh trai|chị gái|em trai|em gái|bạn|hàng "
        "xóm|cô|chú|bác|ông|bà|cháu|dì|cậu|người yêu} {tôi|của tôi|em|của em|mình|tui}"
    ),
    "and": "=và, cùng với, cùng, =với",
    "with": "cùng với",
    "place": (
        "sống ở, =ở, =từ, tại, đến từ, thành phố, =tp, cư trú tại, ngụ tại, hiện ở, địa chỉ, "
        "=bang, tiểu bang, tỉnh, quê ở, tôi ở, tôi sống ở, tôi sống tại, song o, dia chi, thanh "
        "pho, em ở, em sống ở, hiện sống ở, hiện đang sống ở, đang sống ở, đang ở, hiện sống tại, "
        "toi song o, sinh sống tại, cư ngụ tại, đang sống tại, mình ở, con ở, quận, ngụ ở, sinh "
        "ra ở, và sống ở"
    ),
    "road": "=đường, =phố, số nhà, căn hộ, =phường, =xã, hoa kỳ, việt nam, chung cư, lầu, hộp thư",
    "age": "=tuổi, năm sinh, ngày sinh, sinh năm",
    "title": "=ông, =bà, =cô, =anh, =chị, =chú, =bác, =thầy, bác sĩ, tiến sĩ, giáo sư",
    "digit": "=không, =một, =bốn, =năm, =sáu, =bảy, =tám, =chín",
    "greeting": (
        "xin chào, =chào, chào bạn, chào anh chị, chào anh, chào chị, chào các bạn, chào cả nhà, "
        "alo, xin chao, chao ban, kính gửi, kính chào, chào buổi sáng, chào buổi tối, xin chào "
        "các bạn, thưa, kính thưa, chào mọi người, xin chào mọi người, chào quý vị, xin chào anh "
        "chị, chào ad, chào cô, chào chú, chúc buổi sáng tốt lành, chào ban tổ chức, bạn khỏe "
        "không, xin kính chào, dạ chào, dạ thưa, chào cô chú, thân gửi"
    ),
    "courtesy": (
        "làm ơn, xin vui lòng, vui lòng, =xin, lam on, vui long, cảm ơn, cám ơn, cảm ơn bạn, cảm "
        "ơn nhiều, xin cảm ơn, cam on, cám ơn nhiều, cảm ơn anh chị, cảm ơn rất nhiều, chân thành "
        "cảm ơn, xin chân thành cảm ơn, xin lỗi, tạm biệt, chúc may mắn, chúc mừng, may mắn, trân "
        "trọng cảm ơn, cảm ơn các bạn, cám ơn các bạn, cám ơn anh chị, cảm ơn trước, làm tốt lắm, "
        "cố lên, thân ái, chào tạm biệt, chúc một ngày tốt lành, chúc các bạn thành công, cam on "
        "nhieu, cam on ban, xin cam on, hẹn gặp lại, chúc sức khỏe, biết ơn, cảm ơn mọi người, "
        "=nhờ, giúp tôi, giúp em, giùm, giúp mình, giùm tôi, dùm, =nhé, =nha, =ạ, với ạ, cảm ơn "
        "ạ, em cảm ơn, tôi cảm ơn, con cảm ơn, chúc thành công, =phiền, hộ tôi, chúc anh chị sức "
        "khỏe, chúc bạn một ngày tốt lành, cảm ơn vì đã làm việc này, {cảm ơn|cám ơn|cam on} "
        "{nhiều|nhieu|rất nhiều|rat nhieu|nhiều lắm|nhieu lam|lắm|lam}, {cảm ơn|cám ơn|cam on} "
        "{anh|chị|bạn|ban|quý vị|mọi người} {nhiều|rất nhiều|nhieu} (ạ|lắm|lam)"
    ),
    "yes": (
        "=vâng, =dạ, =có, đồng ý, =được, =đúng, ok, oke, okay, =ừ, dạ vâng, được rồi, =tốt, tốt "
        "lắm, rất tốt, hiểu rồi, đã hiểu, chắc chắn, dĩ nhiên, tất nhiên, =xong, xong rồi, dong "
        "y, =rõ, hay quá, tuyệt vời, tuyệt, đã nhận, dạ được, có ạ, đúng rồi, haha, hihi, vâng ạ, "
        "dạ có, dạ đúng"
    ),
    "no": (
        "~không, không cảm ơn, bây giờ không, để sau, không quan tâm, tôi không quan tâm, =thôi, "
        "không biết, tôi không biết, không có, đợi chút, chờ chút, chờ tôi, ngày mai, =khỏi, "
        "không cần, dạ không, ~khong, để mai, lúc khác, =chưa"
    ),
    "why": "tại sao, =sao, vì sao, tai sao",
    "persist": "=cứ, =vẫn, liên tục, suốt ngày, =suốt, hoài vậy, suốt vậy",
    "question": (
        "=ai, là ai, cái gì, =gì, tại sao, =sao, vì sao, thế nào, như thế nào, khi nào, ở đâu, "
        "bao nhiêu, =nào, có phải, phải không, làm sao, làm thế nào, câu hỏi, tôi có thể, có thể, "
        "=hả, =à, được không, có được không, xong chưa, chưa vậy, có đúng không, ai vậy, là gì, "
        "=hỏi, cho hỏi, cho tôi hỏi, =bao lâu, đúng không, có phải là, đã xong chưa, được chưa, "
        "ai đó"
    ),
    "footer": "gửi từ, đã gửi từ, được gửi từ, gửi bằng, được gửi bằng, tải outlook",
    "reaction": (
        "đã thích, đã yêu thích, không thích, đã cười, đã nhấn mạnh, đã thắc mắc, đã bày tỏ cảm "
        "xúc, =thích, yêu thích, đã chuyển tiếp, chuyển tiếp, đã thả tim, đã phản ứng"
    ),
    "wrote": "đã viết, đã viết rằng, =viết, tin nhắn gốc, thư gốc",
    "ours": (
        "trả lời bằng tên, để ký tên hãy trả lời, trả lời với tên, hãy trả lời, để ký hãy nhắn, "
        "để rút lại nhắn, để rút lại, không nhận tin nữa stop, bạn đã ký, bước cuối, kiến nghị "
        "bằng tin nhắn"
    ),
    "insist": (
        "=ngay, ngay lập tức, =đi, =nữa, đã nói, tôi nói, tôi đã nói, =lại, =hết, tất cả, mãi "
        "mãi, bây giờ, =hãy, =này, tôi muốn, =muốn, yêu cầu, đề nghị, tôi yêu cầu, tôi đề nghị, "
        "=bạn, các bạn, =thêm, =mọi, từ nay, lần nữa, =cho, =tôi, =em, =với, =việc, =giùm, =dùm, "
        "=rồi, vui lòng, =mấy, =cái, kiểu này, =của, =anh, =chị"
    ),
    "little": (
        "=là, =có, =của, =được, =các, =một, =này, =với, =ở, =đã, =để, =như, =những, =đến, =khi, "
        "=sẽ, =về, =vào, =đó, =cũng, =tôi, =bị, =phải, =trên, =sau, =còn, =nhưng, =rất, =thì, "
        "=mà, =vì, =nếu, =tại, =từ, =họ, =chúng, =chúng tôi, =chúng ta, =mình, =bạn, =đang, =đây, "
        "=nên, =cả, =cần, =nhiều, =cho, =theo, =trong, =ngoài, =trước, =khác, =cùng, =nào, =thấy, "
        "=qua, =lại, =ra, =lên, =xuống, =rằng, =thế, =muốn, =cái, =tới, =nay, =mọi, =rồi, =luôn, "
        "=lúc, =đều, =hết, =mỗi, =cứ, =dù, =giữa, =hoặc, =hơn, =đi, =làm, =và, =thêm, =hiện, "
        "=nơi, =việc, =bởi, =do, =hay, =nữa, =vẫn, =chỉ, =thật, =quá, =lắm, =vậy, =nhau, =nhé, "
        "=ạ, =em, =xin, =ơi, tôi muốn, em muốn, mình muốn, con muốn, chúng tôi muốn, toi muon, "
        "cua toi, =mong, mong muốn, của tôi, của em, của mình, =gồm, =bản, bản kiến nghị, kiến "
        "nghị, kiến nghị này, =vừa, =giờ, =hôm, hôm nay, hôm qua, =tất, tất cả, =ý, =cách, =điều, "
        "=lần, =người, =sống, =đồng, =nước, =nhà, =ngày, =tháng, để tôi, để em, để con, chờ chút, "
        "chờ chút nhé, đợi chút"
    ),
    "double": "an, anh, hai, ba, mai, chi, thi, van, hoa, tu, ma, la",
    "common": (
        "cửa hàng, cửa, hàng, xếp hàng, ghé, mời, tiếng, giờ, phút, văn phòng, phòng, máy, quét, "
        "mặt, khuôn mặt, trợ cấp, phúc lợi, xã hội, bệnh viện, bác sĩ, trường, học, học sinh, "
        "giáo viên, công ty, làm việc, nghỉ, ngủ, uống, mua, bán, tiền, giá, đắt, rẻ, nhà, nhà "
        "thờ, chùa, chợ, đường, xe, xe buýt, máy bay, điện thoại, mạng, máy tính, người, người "
        "già, trẻ em, phụ nữ, đàn ông, mẹ, cha, bố, ông, bà, bà ngoại, ông nội, con gái, con "
        "trai, cháu, hàng xóm, bạn bè, hôm qua, hôm nay, ngày mai, tuần, tháng, năm nay, sáng, "
        "trưa, chiều, tối, đêm, nói, nghe, thấy, biết, hiểu, nghĩ, nhớ, quên, thích, ghét, sợ, "
        "buồn, vui, mệt, ốm, đau, khỏe, tốt, xấu, đẹp, nhanh, chậm, lớn, nhỏ, nhiều, ít, mới, cũ, "
        "đúng, sai, khó, dễ, nhận ra, nhận, gửi, viết, đọc, gặp, chờ, đợi, đến, đi, về, vào, ra, "
        "lên, xuống, ở đâu, tại sao, khi nào, thế nào, bao giờ, cái này, cái đó, chúng tôi, chúng "
        "ta, họ nên, phải, nên, cần, muốn, được, bị, đã, đang, sẽ, rồi, chưa, cũng, vẫn, chỉ, "
        "nữa, hơn, nhất, quá, rất, nếu, nhưng, vì, để, bởi, từ, với, trong, ngoài, trên, dưới, "
        "trước, sau, giữa, công bằng, luật, chính phủ, thành phố, cảnh sát, chính quyền, giấy tờ, "
        "thẻ, đơn, hồ sơ, riêng tư, quyền, dữ liệu, thông tin, hình, ảnh, camera, quan trọng, vấn "
        "đề, câu hỏi, trả lời, giúp đỡ, khuyến mãi, ưu đãi, miễn phí, hẹn, lịch hẹn, nhắc, quý "
        "khách, kính chào"
    ),
}
