"""The glossary: the authority on the words of the interface."""

from __future__ import annotations

from songhanh.core.text import Text
from songhanh.operations.project.glossary_registers import REGISTER_TERMS
from songhanh.operations.project.glossary_term import OURS, TRACING, Term

_PRIORITY = Text(
    "bài báo ngày 3/2/2022 về mục tiêu kép ở Bắc Giang; quy tắc là của Songhanh",
    "article of 3 February 2022 on the dual goal in Bắc Giang; the rule is Songhanh's",
)

TERMS: tuple[Term, ...] = (
    Term(
        "f0",
        Text("F0 (ca xác định)", "F0 (confirmed case)"),
        Text("Người có xét nghiệm khẳng định dương tính.", "A person with a confirming positive test."),
        TRACING,
    ),
    Term(
        "f1",
        Text("F1 (người tiếp xúc gần)", "F1 (close contact)"),
        Text(
            "Người tiếp xúc gần với F0 trong khoảng 3 ngày trước khi khởi phát đến khi F0 được cách ly.",
            "Someone in close contact with an F0 from 3 days before onset until the F0 is isolated.",
        ),
        TRACING,
    ),
    Term(
        "community_case",
        Text("Ca ngoài cộng đồng", "Case in the community"),
        Text(
            "Ca được phát hiện khi chưa cách ly và không sống trong vùng phong tỏa.",
            "A case found while neither in quarantine nor living in a sealed area.",
        ),
        OURS,
    ),
    Term(
        "directive_15",
        Text("Chỉ thị 15", "Directive 15"),
        Text(
            "Không họp quá 20 người, không tụ tập quá 10 người ngoài công sở, trường học, bệnh viện; dừng dịch vụ "
            "không thiết yếu.",
            "No meeting of more than 20, no gathering of more than 10 outside offices, schools and hospitals; "
            "non-essential services stop.",
        ),
        Text("Chỉ thị 15/CT-TTg, 27/3/2020", "Directive 15/CT-TTg, 27 March 2020"),
    ),
    Term(
        "directive_16",
        Text("Chỉ thị 16", "Directive 16"),
        Text(
            "Gia đình cách ly với gia đình; chỉ ra ngoài khi thật cần thiết; không tụ tập quá 2 người.",
            "Household apart from household; out only where truly necessary; no gathering of more than 2.",
        ),
        Text("Chỉ thị 16/CT-TTg, 31/3/2020", "Directive 16/CT-TTg, 31 March 2020"),
    ),
    Term(
        "directive_19",
        Text("Chỉ thị 19", "Directive 19"),
        Text(
            "Mức nhẹ nhất trong ba mức: đeo khẩu trang, giữ khoảng cách, không tụ tập đông người nơi công cộng.",
            "The lightest of the three levels: masks, distance, no large gatherings in public.",
        ),
        Text("Chỉ thị 19/CT-TTg, 24/4/2020", "Directive 19/CT-TTg, 24 April 2020"),
    ),
    Term(
        "lockdown",
        Text("Cách ly y tế, phong tỏa", "Lock-down (medical isolation)"),
        Text(
            "Không ai ra vào khu vực; lương thực được đưa đến; lấy mẫu theo đợt.",
            "Nobody enters or leaves the area; food is brought in; samples are taken in rounds.",
        ),
        Text(
            "Luật Phòng, chống bệnh truyền nhiễm 2007",
            "Law on Prevention and Control of Infectious Diseases, 2007",
        ),
    ),
    Term(
        "on_site",
        Text("3 tại chỗ", "3 on site"),
        Text(
            "Công nhân sản xuất, ăn và ngủ tại nơi làm việc.",
            "Workers produce, eat and sleep at the workplace.",
        ),
        Text("hướng dẫn sản xuất an toàn năm 2021", "guidance on safe production, 2021"),
    ),
    Term(
        "world",
        Text("Kịch bản (thế giới)", "World"),
        Text(
            "Một lần rút ngẫu nhiên những điều chưa biết: mức lây, ca đầu, mức tuân thủ, thời gian truy vết, đơn hàng.",
            "One draw of what is not known: transmission, seeds, compliance, tracing delay, orders.",
        ),
        OURS,
    ),
    Term(
        "plan",
        Text("Phương án", "Plan"),
        Text(
            "Danh sách biện pháp có ngày, nơi áp dụng, điều kiện kết thúc và căn cứ pháp lý.",
            "A dated list of measures with place, end condition and legal basis.",
        ),
        OURS,
    ),
    Term(
        "interval",
        Text("Khoảng 90%", "90% interval"),
        Text(
            "Chín phần mười kịch bản của mô hình nằm trong khoảng này. Đây không phải xác suất ngoài đời.",
            "Nine tenths of the model's worlds lie in it. It is not a probability of the real world.",
        ),
        OURS,
    ),
    Term(
        "dominated",
        Text("Bị trội", "Dominated"),
        Text(
            "Có phương án khác không kém ở mục tiêu nào và tốt hơn ở ít nhất một mục tiêu.",
            "Another plan is no worse on any goal and better on at least one.",
        ),
        Text("tối ưu đa mục tiêu (Pareto)", "multi-objective optimisation (Pareto)"),
    ),
    Term(
        "front",
        Text("Đường biên", "Front"),
        Text(
            "Các phương án khả thi mà không phương án nào trội hơn.",
            "The feasible plans that no other dominates.",
        ),
        Text("tối ưu đa mục tiêu (Pareto)", "multi-objective optimisation (Pareto)"),
    ),
    Term(
        "infeasible",
        Text("Không khả thi", "Not feasible"),
        Text(
            "Cần nhiều chỗ cách ly, xét nghiệm hoặc nhân lực hơn số có, hoặc vượt trần y tế đã đặt.",
            "Needs more places, tests or staff than there are, or breaks a health ceiling that was set.",
        ),
        OURS,
    ),
    Term(
        "value_added",
        Text("Giá trị tăng thêm", "Value added"),
        Text(
            "Giá trị sản xuất trừ chi phí trung gian. Mất bao nhiêu là so với cùng kỳ của năm không có dịch.",
            "Output minus intermediate inputs. Losses are against the same days of a year without an outbreak.",
        ),
        Text("hệ thống tài khoản quốc gia 2008", "System of National Accounts 2008"),
    ),
    Term(
        "regret",
        Text("Tiếc nuối lớn nhất", "Largest regret"),
        Text(
            "Trong kịch bản tệ nhất, phương án này kém phương án tốt nhất của kịch bản đó bao nhiêu.",
            "How much worse than the best plan of the same world, in the world where that is worst.",
        ),
        Text("lý thuyết quyết định (Savage 1951)", "decision theory (Savage 1951)"),
    ),
    Term(
        "cvar",
        Text("Trung bình một phần mười xấu nhất", "Mean of the worst tenth"),
        Text(
            "Trung bình của 10% kịch bản xấu nhất (CVaR 90).",
            "The mean of the worst 10% of worlds (CVaR 90).",
        ),
        Text("Rockafellar và Uryasev 2000", "Rockafellar and Uryasev 2000"),
    ),
    Term(
        "epidemic_first",
        Text("Ưu tiên phòng, chống dịch", "Epidemic first"),
        Text(
            "Chế độ của một địa bàn: dập dịch trước, sản xuất chỉ ở nơi được duyệt.",
            "Mode of an area: the outbreak is put down first; work only where it is approved.",
        ),
        _PRIORITY,
    ),
    Term(
        "both_together",
        Text("Song hành", "Both together"),
        Text(
            "Chế độ mặc định: vừa chống dịch vừa sản xuất theo mức giãn cách đang áp dụng.",
            "The default mode: epidemic control and work side by side under the legal level in force.",
        ),
        _PRIORITY,
    ),
    Term(
        "production_under_guard",
        Text("Ưu tiên sản xuất, có bảo vệ", "Production under guard"),
        Text(
            "Sản xuất trước, có chốt bảo vệ và xét nghiệm định kỳ; không lỏng hơn mức giãn cách của địa bàn; hết hiệu lực "
            "sau 7 ngày nếu không gia hạn.",
            "Production first, behind checkpoints and regular tests; never looser than the legal level of the area; it "
            "expires after 7 days unless renewed.",
        ),
        _PRIORITY,
    ),
    Term(
        "trigger_card",
        Text("Thẻ kích hoạt", "Trigger card"),
        Text(
            "Nếu quan sát thấy điều này trong bấy nhiêu ngày thì làm việc kia, theo thẩm quyền của cơ quan này.",
            "If this is observed for so many days, do that, on the authority of these.",
        ),
        OURS,
    ),
    Term(
        "scenario_discovery",
        Text("Tìm kịch bản thất bại", "Scenario discovery"),
        Text(
            "Tìm xem các kịch bản mà phương án thất bại có điểm gì chung hơn mức ngẫu nhiên.",
            "Finding what the worlds in which a plan fails have in common beyond chance.",
        ),
        Text(
            "Bryant và Lempert 2010; Friedman và Fisher 1999",
            "Bryant and Lempert 2010; Friedman and Fisher 1999",
        ),
    ),
    Term(
        "synthetic",
        Text("Mô phỏng (số liệu)", "Synthetic"),
        Text(
            "Không phải người thật: mô hình sinh ra cho khớp với bản tin có ngày.",
            "Not real people: made by the model to agree with dated bulletins.",
        ),
        OURS,
    ),
    Term(
        "assumed",
        Text("Giả định", "Assumed"),
        Text(
            "Không tìm thấy nguồn; con số do nhóm đặt ra và nói rõ.",
            "No source was found; our own figure, said openly.",
        ),
        OURS,
    ),
    *REGISTER_TERMS,
)
