// SPDX-License-Identifier: Apache-2.0
// Operations of the CPU backend against formulas written out here.
#include "core/backend/backend.h"
#include "core/base/rng.h"
#include "tests/support/operation_cases.h"
#include "tests/support/result_test.h"

#include <cmath>

using namespace vitral;

class TestCpuBackend : public QObject {
    Q_OBJECT

    std::shared_ptr<Backend> backend_;
    Rng rng_{3};

    std::vector<float> random(std::int64_t n) {
        std::vector<float> x(static_cast<std::size_t>(n));
        for (float& v : x)
            v = float(rng_.uniform() * 2 - 1);
        return x;
    }
    static Tensor tensor(std::vector<float>& x, std::int64_t nRow) {
        Tensor t;
        t.data = x.data();
        t.rowStride = std::int64_t(x.size()) / nRow;
        t.shape = Shape{nRow, t.rowStride};
        return t;
    }

private slots:
    void initTestCase() {
        auto backend = makeCpuBackend({.nThread = 2});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        qInfo("%s: %s", backend_->info().name.c_str(), backend_->info().detail.c_str());
    }

    void matmulF32() {
        auto x = random(3 * 40);
        auto w = random(5 * 40);
        auto bias = random(5);
        auto matrix = backend_->loadMatrix({DType::F32, Shape{5, 40}, std::as_bytes(std::span(w))});
        QVERIFY_RESULT(matrix);
        std::vector<float> out(3 * 5);
        const Tensor b = tensor(bias, 1);
        const MatmulOutput output{matrix->get(), tensor(out, 3), &b};
        backend_->matmul(tensor(x, 3), {&output, 1});
        for (int t = 0; t < 3; ++t)
            for (int n = 0; n < 5; ++n) {
                double sum = bias[std::size_t(n)];
                for (int e = 0; e < 40; ++e)
                    sum += double(x[std::size_t(t * 40 + e)]) * w[std::size_t(n * 40 + e)];
                QVERIFY(std::abs(out[std::size_t(t * 5 + n)] - sum) < 1e-5);
            }
    }

    // The list that a graphics device goes through, too (tst_cuda_rows, cuda_device_report).
    void everyOperation() {
        const auto scalar = makeCpuBackend({.nThread = 1, .isa = CpuIsa::Scalar});
        QVERIFY_RESULT(scalar);
        test::OperationCases(*backend_, **scalar, [&](const std::string& what, double error, double allowed) {
            // Sums are split otherwise, and exponentials are other polynomials.
            QVERIFY2(error <= std::max(allowed, 1e-11),
                     qPrintable(QStringLiteral("%1: %2").arg(QString::fromStdString(what)).arg(error)));
        }).run();
    }

    void routesToTheBestExperts() {
        std::vector<float> logits{0.5F, 2.0F, -1.0F, 1.0F};
        std::vector<float> weights(2);
        std::vector<std::int32_t> ids(2);
        Tensor idTensor;
        idTensor.data = ids.data();
        idTensor.shape = Shape{1, 2};
        idTensor.rowStride = 2;
        idTensor.dtype = DType::I32;
        backend_->moeRoute(idTensor, tensor(weights, 1), tensor(logits, 1), RouterGate::SoftmaxThenTopK);
        QCOMPARE(ids, (std::vector<std::int32_t>{1, 3}));
        const double all = std::exp(0.5) + std::exp(2.0) + std::exp(-1.0) + std::exp(1.0);
        QVERIFY(std::abs(weights[0] - std::exp(2.0) / all) < 1e-6);
        backend_->moeRoute(idTensor, tensor(weights, 1), tensor(logits, 1), RouterGate::TopKThenSoftmax);
        QVERIFY(std::abs(weights[0] + weights[1] - 1) < 1e-6);
    }

    void workspaceAllocatesOnce() {
        Workspace workspace(*backend_);
        for (int round = 0; round < 3; ++round) {
            workspace.reset();
            for (int i = 0; i < 10; ++i) {
                const auto t = workspace.make(17, 1000 + i);
                QVERIFY_RESULT(t);
                QCOMPARE(reinterpret_cast<std::uintptr_t>(t->data) % 64, std::uintptr_t(0));
                t->f32()[t->rowStride * 17 - 1] = 1;
            }
            QCOMPARE(workspace.reservedBytes(), std::size_t(1) << 20);
        }
    }
};

QTEST_GUILESS_MAIN(TestCpuBackend)
#include "tst_cpu_backend.moc"
