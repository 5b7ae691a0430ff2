"""The words of the registers: cases, contacts, samples, quarantine, access."""

from __future__ import annotations

from songhanh.core.text import Text
from songhanh.operations.project.glossary_term import OURS, TRACING, Term

_LAW = Text(
    "Luật Phòng, chống bệnh truyền nhiễm 03/2007/QH12", "Law on Prevention and Control of Infectious Diseases"
)
_WHO = Text(
    "WHO: định nghĩa ca bệnh và hướng dẫn truy vết (2020–2021)", "WHO case definitions and tracing guidance"
)

REGISTER_TERMS: tuple[Term, ...] = (
    Term(
        "f2",
        Text("F2, F3, F4", "F2, F3, F4"),
        Text(
            "Người tiếp xúc với F1, F2, F3. Cấp được tính từ các lần tiếp xúc và thời điểm, không nhập tay.",
            "Contacts of F1, F2, F3. The level is worked out from the meetings and their days, never entered.",
        ),
        TRACING,
    ),
    Term(
        "classification",
        Text("Phân loại ca bệnh", "Classification"),
        Text(
            "Nghi ngờ, có thể, xác định, hoặc không phải ca bệnh; mọi lần thay đổi đều được giữ lại.",
            "Suspected, probable, confirmed or not a case; every change is kept.",
        ),
        _WHO,
    ),
    Term(
        "found",
        Text("Nơi phát hiện", "Where found"),
        Text(
            "Ngoài cộng đồng, trong khu cách ly, trong khu phong tỏa, hay khi nhập cảnh.",
            "In the community, in quarantine, in a sealed area, or on arrival.",
        ),
        OURS,
    ),
    Term(
        "milestone",
        Text("Mốc dịch tễ", "Epidemiological milestone"),
        Text(
            "Nơi và thời gian một ca bệnh đã có mặt. Khi công bố chỉ nêu nơi và thời gian, và có ngày hết hạn.",
            "A place and time where a case has been. What is published names place and time only, and expires.",
        ),
        TRACING,
    ),
    Term(
        "cluster",
        Text("Ổ dịch, chùm ca bệnh", "Cluster"),
        Text("Các ca có chung nơi hoặc nguồn lây.", "Cases that share a place or a source."),
        _WHO,
    ),
    Term(
        "chain",
        Text("Chuỗi lây nhiễm", "Chain of transmission"),
        Text(
            "Các ca nối với nhau theo ai lây cho ai, cùng những người đã tiếp xúc với họ.",
            "Cases joined by who infected whom, with those who met them.",
        ),
        _WHO,
    ),
    Term(
        "tracing",
        Text("Truy vết", "Contact tracing"),
        Text(
            "Tìm những người đã tiếp xúc với ca bệnh, theo cấp, trong khoảng ngày mà quy định đang có hiệu lực nêu.",
            "Finding those who met a case, by level, within the days that the rule in force sets.",
        ),
        TRACING,
    ),
    Term(
        "presence_list",
        Text("Danh sách có mặt", "Presence list"),
        Text(
            "Ai có mặt trong một ca làm, phòng trọ, chuyến xe. Chỉ mở cho một ca bệnh đã xác định; tự xóa đúng hạn.",
            "Who was on a shift, in a dormitory room, on a bus. Opened for one confirmed case only; deleted on a set day.",
        ),
        OURS,
    ),
    Term(
        "follow_up",
        Text("Theo dõi sức khỏe", "Follow-up"),
        Text(
            "Lần thăm hoặc gọi phải làm với một người tiếp xúc vào một ngày, và kết quả.",
            "A visit or call due to a contact on a day, and what was found.",
        ),
        TRACING,
    ),
    Term(
        "community_team",
        Text("Tổ COVID cộng đồng", "Community COVID team"),
        Text(
            "Nhóm vài người ở thôn, tổ dân phố, đi từng nhà theo dõi sức khỏe.",
            "A few people in a hamlet who follow up from house to house.",
        ),
        Text("Quyết định 3638/QĐ-BYT (2021), ghi theo trí nhớ", "Decision 3638/QĐ-BYT (2021), from memory"),
    ),
    Term(
        "pool",
        Text("Mẫu gộp", "Pooled sample"),
        Text(
            "Mẫu của nhiều người trong một ống; ống dương tính thì xét nghiệm lại từng người.",
            "Samples of several people in one tube; the members of a positive tube are tested one by one.",
        ),
        Text("Quyết định 2787/QĐ-BYT (2021)", "Decision 2787/QĐ-BYT (2021)"),
    ),
    Term(
        "release_blocked",
        Text("Chưa được kết thúc cách ly", "Release blocked"),
        Text(
            "Còn kết quả chưa trả, thiếu một lần lấy mẫu theo quy định, hoặc chưa hết ngày.",
            "A result is pending, a sample that the rule asks for is missing, or the last day has not come.",
        ),
        _LAW,
    ),
    Term(
        "jurisdiction",
        Text("Địa bàn phụ trách", "Jurisdiction"),
        Text(
            "Đơn vị hành chính mà một vai trò có hiệu lực ở đó và các đơn vị bên dưới.",
            "The administrative unit in which a role holds, with all below it.",
        ),
        OURS,
    ),
    Term(
        "pseudonym",
        Text("Mã thay tên", "Pseudonym"),
        Text(
            "Mã cố định thay cho tên khi người xem không phụ trách địa bàn đó.",
            "A fixed code instead of a name where the reader is not responsible for the place.",
        ),
        OURS,
    ),
    Term(
        "break_glass",
        Text("Mở khẩn cấp", "Break the glass"),
        Text(
            "Xem danh tính một người ngoài địa bàn: phải nêu lý do, hết hạn sau 3 giờ, được ghi nhật ký.",
            "Seeing who one person outside the jurisdiction is: with a stated reason, for three hours, audited.",
        ),
        OURS,
    ),
    Term(
        "audit",
        Text("Nhật ký truy cập", "Audit"),
        Text(
            "Ai đã ghi, xem, xuất, đăng nhập, khi nào. Chỉ thêm, không sửa được; kiểm tra được bằng chuỗi băm.",
            "Who wrote, read, exported, logged in, and when. Only added to, never changed; a hash chain proves it.",
        ),
        OURS,
    ),
    Term(
        "dry_run",
        Text("Chạy thử", "Dry run"),
        Text(
            "Đọc cả tệp và nói từng dòng sẽ thành gì, mà chưa ghi gì.",
            "The whole file is read and each row's fate is told; nothing is written.",
        ),
        OURS,
    ),
    Term(
        "declaration",
        Text("Khai báo y tế", "Health declaration"),
        Text(
            "Người dân tự khai triệu chứng, đi lại, tiếp xúc; không dùng để xử phạt, xóa đúng hạn.",
            "What people declare of symptoms, travel and contacts; never used for penalties, deleted on a set day.",
        ),
        _LAW,
    ),
)
